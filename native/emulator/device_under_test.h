// A device whose kernels the emulator runs: one key, one workspace that all launches share, as a stream's would be.
// ../cuda/gpu/device_under_test.h is the same on a GPU.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "emulator.h"
#include "key_table.h"
#include "plan.h"

extern "C" {
void tch1_prepare_key(tensorcache::cuda::Key* key);
void tch1_rows(tensorcache::cuda::BatchLaunch launch);
void tch1_rows_strided(tensorcache::cuda::BatchLaunch launch);
void tch1_split(tensorcache::cuda::BatchLaunch launch);
void tch1_split_strided(tensorcache::cuda::BatchLaunch launch);
void tch1_list(tensorcache::cuda::ListLaunch launch);
void gather_rows(tensorcache::cuda::GatherLaunch launch);
void torchcache_rows(tensorcache::cuda::BatchLaunch launch);
}

namespace tensorcache::cuda {

template <class T>
std::uint64_t address_of(const T* pointer) {
  return reinterpret_cast<std::uint64_t>(pointer);
}

class DeviceUnderTest {
 public:
  explicit DeviceUnderTest(const std::uint8_t* seed) {
    derive(seed, cpu_key_);
    std::memset(&key_, 0xAA, sizeof key_);
    key_.table = cpu_key_.table;
    emulator::launch({1, 32}, 1, [this] { tch1_prepare_key(&key_); });
  }

  const LaidOutKey& cpu_key() const { return cpu_key_; }
  const Key& key() const { return key_; }

  /// The next launch may read this memory, and no other.
  void declare_readable(const void* begin, std::size_t bytes) { emulator::declare_readable(begin, bytes); }

  /// Words that a result of the last launch consists of, and what went wrong in it.
  const std::vector<std::uint64_t>& results() const { return results_; }
  const std::string& error() const { return error_; }

  void run(BatchLaunch launch, const Plan& plan, std::uint64_t seed) {
    provide(launch, plan);
    using Kernel = void (*)(BatchLaunch);
    Kernel kernel = torchcache_rows;
    if (named(plan, "tch1_rows")) kernel = tch1_rows;
    if (named(plan, "tch1_rows_strided")) kernel = tch1_rows_strided;
    if (named(plan, "tch1_split")) kernel = tch1_split;
    if (named(plan, "tch1_split_strided")) kernel = tch1_split_strided;
    finish(emulator::launch({plan.blocks, kThreads}, seed, [&] { kernel(launch); }), plan);
  }

  void run(ListLaunch launch, const Plan& plan, std::uint64_t seed) {
    provide(launch, plan);
    finish(emulator::launch({plan.blocks, kThreads}, seed, [&] { tch1_list(launch); }), plan);
  }

  /// The targets are memory of the host; nothing else may be written.
  void run(GatherLaunch launch, const Plan& plan, std::uint64_t seed) {
    const auto* items = reinterpret_cast<const GatherItem*>(launch.items);
    for (std::int64_t i = 0; i < launch.item_count; i++) {
      emulator::declare_writable(reinterpret_cast<void*>(items[i].to), static_cast<std::size_t>(items[i].bytes));
    }
    error_ = emulator::launch({plan.blocks, kThreads}, seed, [&] { gather_rows(launch); });
    emulator::forget_memory();
  }

 private:
  static bool named(const Plan& plan, const char* name) { return std::strcmp(plan.kernel, name) == 0; }

  template <class Launch>
  void provide(Launch& launch, const Plan& plan) {
    results_.assign(static_cast<std::size_t>(2 * plan.items + 2), 0x5555555555555555u);
    const std::size_t past = reinterpret_cast<std::uintptr_t>(results_.data()) % 16 == 0 ? 0 : 1;
    first_ = past;
    if (counters_.size() < static_cast<std::size_t>(plan.counters)) counters_.resize(static_cast<std::size_t>(plan.counters));
    partials_.assign(static_cast<std::size_t>(plan.partials), ~std::uint64_t{0} - 12345);
    launch.key = address_of(&key_);
    launch.out = address_of(results_.data() + first_);
    launch.counters = address_of(counters_.data());
    launch.partials = address_of(partials_.data());
    emulator::declare_writable(results_.data() + first_, static_cast<std::size_t>(16 * plan.items));
    emulator::declare_writable(counters_.data(), 4 * counters_.size());
    emulator::declare_writable(partials_.data(), 8 * partials_.size());
  }

  void finish(std::string error, const Plan& plan) {
    emulator::forget_memory();
    error_ = std::move(error);
    results_.erase(results_.begin(), results_.begin() + static_cast<std::ptrdiff_t>(first_));
    results_.resize(static_cast<std::size_t>(2 * plan.items));
    for (std::uint32_t& counter : counters_) {
      if (counter != 0 && error_.empty()) error_ = "the workspace is not left at zero";
    }
    if (!error_.empty()) counters_.assign(counters_.size(), 0);  // what a host does after a failed launch
  }

  LaidOutKey cpu_key_;
  Key key_;
  std::vector<std::uint64_t> results_, partials_;
  std::vector<std::uint32_t> counters_;
  std::string error_;
  std::size_t first_ = 0;
};

}  // namespace tensorcache::cuda
