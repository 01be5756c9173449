// Runs kernels by the emulator. A launch of more rows or tiles than that does in reasonable time is computed by the CPU back end
// instead: it then tests the host's part only.
#include <cstdio>
#include <cstring>
#include <random>

#include "emulator.h"
#include "finish.h"
#include "key_table.h"
#include "launch.h"
#include "row_reader.h"
#include "standin.h"
#include "torchcache.h"

using namespace tensorcache;
using namespace tensorcache::cuda;

extern "C" {
void tch1_prepare_key(Key* key);
void tch1_rows(BatchLaunch launch);
void tch1_rows_strided(BatchLaunch launch);
void tch1_split(BatchLaunch launch);
void tch1_split_strided(BatchLaunch launch);
void tch1_list(ListLaunch launch);
void torchcache_rows(BatchLaunch launch);
void gather_rows(GatherLaunch launch);
}

namespace standin {
namespace {

template <class T>
T from_bytes(const std::string& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool is_batch(const std::string& kernel) {
  return kernel == "tch1_rows" || kernel == "tch1_rows_strided" || kernel == "tch1_split" || kernel == "tch1_split_strided" ||
         kernel == "torchcache_rows";
}

std::int64_t work(const BatchLaunch& launch) {
  std::int64_t tiles = 0;
  for (int i = 0; i < launch.inputs; i++) tiles += launch.rows * (1 + launch.input[i].row_bytes / tch1::kTileBytes);
  return tiles;
}

void torchcache_on_cpu(const BatchLaunch& launch) {
  auto* out = reinterpret_cast<std::int64_t*>(launch.out);
  for (int i = 0; i < launch.inputs; i++) {
    const Input& input = launch.input[i];
    const RowLayout layout{input.element_bytes, input.axes, input.dims, input.strides, input.step};
    for (std::int64_t row = 0; row < launch.rows; row++) {
      const auto* data = reinterpret_cast<const std::uint8_t*>(input.address) + row * input.row_stride;
      *out++ = input.row_bytes == 0 ? 0 : torchcache_row(input.dtype, layout, data, layout.element_count());
    }
  }
}

void hash_on_cpu(const BatchLaunch& launch) {
  const tch1::KeyTable& table = reinterpret_cast<const Key*>(launch.key)->table;
  LaidOutKey key;
  key.table = table;
  lay_out(key);
  auto* out = reinterpret_cast<std::uint64_t*>(launch.out);
  for (int i = 0; i < launch.inputs; i++) {
    const Input& input = launch.input[i];
    const tch1::Tweak tweak{input.t0, input.t1};
    const auto bytes = static_cast<std::uint64_t>(input.row_bytes);
    const Finish finish(key, bytes, tweak);
    const std::int64_t one = 1;
    const bool plain = input.element_bytes == 0;
    const std::int64_t width = plain ? 1 : input.element_bytes, *dims = plain ? &input.row_bytes : input.dims;
    const RowLayout layout{width, plain ? 1 : input.axes, dims, plain ? &one : input.strides, plain ? 1 : input.step};
    for (std::int64_t row = 0; row < launch.rows; row++) {
      RowReader reader(layout, reinterpret_cast<const std::uint8_t*>(input.address) + row * input.row_stride,
                       layout.element_count());
      std::uint64_t sums[tch1::kLanes] = {};
      alignas(64) std::uint8_t tile[tch1::kTileBytes];
      while (const std::size_t read = reader.read(tile, sizeof tile)) absorb_scalar(key, sums, tile, read);
      const tch1::Digest digest = tch1::finalise(finish.halves(sums), table.f);
      *out++ = digest.hi;
      *out++ = digest.lo;
    }
  }
}

std::string emulate(const std::string& kernel, unsigned blocks, const std::string& parameter) {
  static std::mt19937_64 random{std::random_device{}()};
  const std::uint64_t seed = random();
  std::string error;
  if (kernel == "tch1_prepare_key") {
    auto* key = reinterpret_cast<Key*>(from_bytes<std::uint64_t>(parameter));
    error = emulator::launch({1, 32}, seed, [&] { tch1_prepare_key(key); });
  } else if (kernel == "tch1_list") {
    const auto launch = from_bytes<ListLaunch>(parameter);
    error = emulator::launch({blocks, kThreads}, seed, [&] { tch1_list(launch); });
  } else if (kernel == "gather_rows") {
    const auto launch = from_bytes<GatherLaunch>(parameter);
    error = emulator::launch({blocks, kThreads}, seed, [&] { gather_rows(launch); });
  } else {
    const auto launch = from_bytes<BatchLaunch>(parameter);
    const auto call = kernel == "tch1_rows"            ? tch1_rows
                      : kernel == "tch1_rows_strided"  ? tch1_rows_strided
                      : kernel == "tch1_split"         ? tch1_split
                      : kernel == "tch1_split_strided" ? tch1_split_strided
                                                       : torchcache_rows;
    error = emulator::launch({blocks, kThreads}, seed, [&] { call(launch); });
  }
  if (!error.empty()) {
    std::fprintf(stderr, "stand-in: %s stopped, seed %llu: %s\n", kernel.c_str(), static_cast<unsigned long long>(seed),
                 error.c_str());
  }
  return error;
}

std::int64_t work(const GatherLaunch& launch) {
  const auto* items = reinterpret_cast<const GatherItem*>(launch.items);
  std::int64_t tiles = 0;
  for (std::int64_t i = 0; i < launch.item_count; i++) tiles += 1 + items[i].bytes / tch1::kTileBytes;
  return tiles;
}

/// Whether a launch may touch these bytes: of its device, or pinned.
bool is_reachable(std::uint64_t address, std::int64_t bytes, const Context* context) {
  if (bytes == 0) return true;
  const std::lock_guard<std::mutex> lock(state().mutex);
  const Allocation* allocation = bytes < 0 ? nullptr : find(address, static_cast<std::size_t>(bytes), true);
  return allocation != nullptr && (allocation->pinned || allocation->context == context);
}

bool is_reachable(const GatherLaunch& launch, const Context* context) {
  if (!is_reachable(launch.items, static_cast<std::int64_t>(sizeof(GatherItem)) * launch.item_count, context)) return false;
  const auto* items = reinterpret_cast<const GatherItem*>(launch.items);
  for (std::int64_t i = 0; i < launch.item_count; i++) {
    if (!is_reachable(items[i].from, items[i].bytes, context) || !is_reachable(items[i].to, items[i].bytes, context))
      return false;
  }
  return true;
}

/// Of rows that are no shorter than they seem, each in one block.
bool is_reachable(const BatchLaunch& launch, const Context* context) {
  if (!is_reachable(launch.key, sizeof(Key), context)) return false;
  for (int i = 0; i < launch.inputs; i++) {
    const Input& input = launch.input[i];
    for (std::int64_t row = 0; row < launch.rows; row++) {
      const std::uint64_t address = input.address + static_cast<std::uint64_t>(row * input.row_stride);
      if (!is_reachable(address, input.element_bytes == 0 ? input.row_bytes : input.row_bytes > 0, context)) return false;
    }
  }
  return is_reachable(launch.out, launch.rows * launch.inputs * 8, context);
}

void gather_on_cpu(const GatherLaunch& launch) {
  const auto* items = reinterpret_cast<const GatherItem*>(launch.items);
  for (std::int64_t i = 0; i < launch.item_count; i++) {
    std::memcpy(reinterpret_cast<void*>(items[i].to), reinterpret_cast<const void*>(items[i].from),
                static_cast<std::size_t>(items[i].bytes));
  }
}

/// Pinned memory, and the device's own.
void declare_memory(const Context* context) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  for (const auto& [address, allocation] : state().memory) {
    if (!allocation.pinned && allocation.context != context) continue;
    emulator::declare_readable(reinterpret_cast<void*>(address), allocation.bytes);
    emulator::declare_writable(reinterpret_cast<void*>(address), allocation.bytes);
  }
}

}  // namespace

std::size_t parameter_bytes(const std::string& kernel) {
  if (kernel == "tch1_prepare_key") return sizeof(Key*);
  if (kernel == "tch1_list") return sizeof(ListLaunch);
  if (kernel == "gather_rows") return sizeof(GatherLaunch);
  return is_batch(kernel) ? sizeof(BatchLaunch) : 0;
}

Result run_kernel(const std::string& kernel, unsigned blocks, const std::string& parameter, Context* context) {
  std::int64_t largest, wrong;
  {
    const std::lock_guard<std::mutex> lock(state().mutex);
    largest = setting("emulated tiles");
    wrong = setting("wrong");
  }
  if (is_batch(kernel) && work(from_bytes<BatchLaunch>(parameter)) > largest) {
    const auto launch = from_bytes<BatchLaunch>(parameter);
    if (!is_reachable(launch, context)) return kIllegalAddress;
    kernel == "torchcache_rows" ? torchcache_on_cpu(launch) : hash_on_cpu(launch);
  } else if (kernel == "gather_rows" && work(from_bytes<GatherLaunch>(parameter)) > largest) {
    const auto launch = from_bytes<GatherLaunch>(parameter);
    if (!is_reachable(launch, context)) return kIllegalAddress;
    gather_on_cpu(launch);
  } else {
    declare_memory(context);
    const std::string error = emulate(kernel, blocks, parameter);
    emulator::forget_memory();
    if (!error.empty()) return kIllegalAddress;
  }
  if (wrong != 0 && is_batch(kernel)) *reinterpret_cast<std::uint64_t*>(from_bytes<BatchLaunch>(parameter).out) ^= 1;
  return kSuccess;
}

}  // namespace standin
