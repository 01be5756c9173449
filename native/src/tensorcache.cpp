// The C interface: checks arguments, turns failures into codes, loops over rows.
#include "tensorcache/tensorcache.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

#include "copy_crc32c.h"
#include "finish.h"
#include "key_table.h"
#include "row_reader.h"
#include "torchcache.h"

using namespace tensorcache;

struct tensorcache_key {
  LaidOutKey laid_out;
  const Backend* backend;
};

namespace {

thread_local char last_error[256] = "";

__attribute__((format(printf, 2, 3))) std::int32_t fail(std::int32_t code, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  return code;
}

std::int32_t check_rows(const void* address, std::int64_t rows, std::int64_t row_bytes, const std::int64_t* out) {
  if (rows < 0) return fail(TENSORCACHE_BAD_ARGUMENT, "rows is %lld: must be >= 0", static_cast<long long>(rows));
  if (row_bytes < 0) return fail(TENSORCACHE_BAD_ARGUMENT, "row_bytes is %lld: must be >= 0", static_cast<long long>(row_bytes));
  if (address == nullptr && rows > 0 && row_bytes > 0) return fail(TENSORCACHE_BAD_ARGUMENT, "address is null");
  if (out == nullptr && rows > 0) return fail(TENSORCACHE_BAD_ARGUMENT, "out is null");
  return TENSORCACHE_OK;
}

std::int32_t check_layout(const RowLayout& layout) {
  if (layout.rank < 0 || layout.rank > kMaxRank)
    return fail(TENSORCACHE_BAD_ARGUMENT, "rank is %d: must be in 0..%d", static_cast<int>(layout.rank), kMaxRank);
  if (layout.rank > 0 && (layout.dims == nullptr || layout.strides == nullptr))
    return fail(TENSORCACHE_BAD_ARGUMENT, "dims or strides is null");
  if (layout.step < 1) return fail(TENSORCACHE_BAD_ARGUMENT, "step is %lld: must be >= 1", static_cast<long long>(layout.step));
  for (int axis = 0; axis < layout.rank; axis++) {
    if (layout.dims[axis] < 0)
      return fail(TENSORCACHE_BAD_ARGUMENT, "dims[%d] is %lld: must be >= 0", axis, static_cast<long long>(layout.dims[axis]));
  }
  if (layout.element_count() < 0) return fail(TENSORCACHE_BAD_ARGUMENT, "a row has more than 2^63 bytes");
  return TENSORCACHE_OK;
}

tch1::Tweak tweak_of(std::int64_t t0, std::int64_t t1) {
  return {static_cast<std::uint64_t>(t0), static_cast<std::uint64_t>(t1)};
}

const std::uint8_t* row_at(const void* address, std::int64_t row, std::int64_t stride) {
  return static_cast<const std::uint8_t*>(address) + row * stride;
}

const std::uint8_t* at_address(std::int64_t address) {
  return reinterpret_cast<const std::uint8_t*>(static_cast<std::uintptr_t>(address));
}

bool are_equal(const std::uint8_t* bytes, const std::uint8_t* copy, std::size_t count) {
  if (count != 8) return count == 0 || std::memcmp(bytes, copy, count) == 0;
  std::uint64_t word, then;
  std::memcpy(&word, bytes, 8);
  std::memcpy(&then, copy, 8);
  return word == then;
}

}  // namespace

extern "C" {

std::int32_t tensorcache_abi_version(void) noexcept { return TENSORCACHE_ABI_VERSION; }

const char* tensorcache_last_error(void) noexcept { return last_error; }

std::int32_t tensorcache_key_create(const std::uint8_t* seed, const char* backend, tensorcache_key** key) noexcept {
  if (seed == nullptr || backend == nullptr || key == nullptr)
    return fail(TENSORCACHE_BAD_ARGUMENT, "seed, backend or key is null");
  *key = nullptr;
  const Backend* found = find_backend(backend);
  if (found == nullptr)
    return fail(TENSORCACHE_BAD_ARGUMENT, "no back end \"%.32s\": there are scalar, avx2, avx512 and best", backend);
  if (!found->available)
    return fail(TENSORCACHE_UNSUPPORTED, "this processor or operating system does not support %s", found->name);
  auto* made = new (std::nothrow) tensorcache_key;
  if (made == nullptr) return fail(TENSORCACHE_OUT_OF_MEMORY, "no memory for %zu bytes of key material", sizeof *made);
  derive(seed, made->laid_out);
  made->backend = found;
  *key = made;
  return TENSORCACHE_OK;
}

void tensorcache_key_destroy(tensorcache_key* key) noexcept { delete key; }

const char* tensorcache_key_backend(const tensorcache_key* key) noexcept { return key == nullptr ? "" : key->backend->name; }

std::int32_t tensorcache_key_material(const tensorcache_key* key, std::int64_t* words, std::int64_t word_count) noexcept {
  constexpr std::int64_t kWords = sizeof(tch1::KeyTable) / 8;
  if (key == nullptr || words == nullptr) return fail(TENSORCACHE_BAD_ARGUMENT, "key or words is null");
  if (word_count != kWords)
    return fail(TENSORCACHE_BAD_ARGUMENT, "word_count is %lld: must be %lld", static_cast<long long>(word_count),
                static_cast<long long>(kWords));
  std::memcpy(words, &key->laid_out.table, sizeof(tch1::KeyTable));
  return TENSORCACHE_OK;
}

std::int32_t tensorcache_tch1_rows(const tensorcache_key* key, const void* address, std::int64_t rows, std::int64_t row_stride,
                                   std::int64_t row_bytes, std::int64_t t0, std::int64_t t1, std::int64_t* out) noexcept {
  if (key == nullptr) return fail(TENSORCACHE_BAD_ARGUMENT, "key is null");
  if (const std::int32_t code = check_rows(address, rows, row_bytes, out)) return code;
  const Finish finish(key->laid_out, static_cast<std::uint64_t>(row_bytes), tweak_of(t0, t1));
  const Absorb absorb = key->backend->absorb;
  for (std::int64_t first = 0; first < rows; first += Finish::kRows) {
    const int group = static_cast<int>(std::min<std::int64_t>(Finish::kRows, rows - first));
    std::uint64_t sums[Finish::kRows][tch1::kLanes] = {};
    for (int i = 0; i < group; i++) {
      absorb(key->laid_out, sums[i], row_at(address, first + i, row_stride), static_cast<std::size_t>(row_bytes));
    }
    finish(sums, group, out + 2 * first);
  }
  return TENSORCACHE_OK;
}

std::int32_t tensorcache_tch1_strided(const tensorcache_key* key, const void* address, std::int64_t rows, std::int64_t row_stride,
                                      std::int32_t element_bytes, std::int32_t rank, const std::int64_t* dims,
                                      const std::int64_t* strides, std::int64_t step, std::int64_t t0, std::int64_t t1,
                                      std::int64_t* out) noexcept {
  if (key == nullptr) return fail(TENSORCACHE_BAD_ARGUMENT, "key is null");
  if (element_bytes < 1 || element_bytes > 16 || (element_bytes & (element_bytes - 1)) != 0)
    return fail(TENSORCACHE_BAD_ARGUMENT, "element_bytes is %d: must be 1, 2, 4, 8 or 16", static_cast<int>(element_bytes));
  const RowLayout layout{element_bytes, rank, dims, strides, step};
  if (const std::int32_t code = check_layout(layout)) return code;
  const std::int64_t elements = layout.element_count();
  const std::int64_t row_bytes = layout.read_count(elements) * element_bytes;
  if (const std::int32_t code = check_rows(address, rows, row_bytes, out)) return code;
  const Finish finish(key->laid_out, static_cast<std::uint64_t>(row_bytes), tweak_of(t0, t1));
  alignas(64) std::uint8_t tile[tch1::kTileBytes];
  for (std::int64_t row = 0; row < rows; row++) {
    RowReader reader(layout, row_at(address, row, row_stride), elements);
    std::uint64_t sums[1][tch1::kLanes] = {};
    while (const std::size_t bytes = reader.read(tile, sizeof tile)) {
      key->backend->absorb(key->laid_out, sums[0], tile, bytes);
    }
    finish(sums, 1, out + 2 * row);
  }
  return TENSORCACHE_OK;
}

std::int32_t tensorcache_torchcache_rows(const void* address, std::int64_t rows, std::int64_t row_stride, std::int32_t dtype,
                                         std::int32_t rank, const std::int64_t* dims, const std::int64_t* strides,
                                         std::int64_t step, std::int64_t* out) noexcept {
  const int element_bytes = torchcache_element_bytes(dtype);
  if (element_bytes == 0)
    return fail(TENSORCACHE_UNSUPPORTED, "torchcache's hash is not defined for dtype code %d", static_cast<int>(dtype));
  const RowLayout layout{element_bytes, rank, dims, strides, step};
  if (const std::int32_t code = check_layout(layout)) return code;
  const std::int64_t elements = layout.element_count();
  if (const std::int32_t code = check_rows(address, rows, elements * element_bytes, out)) return code;
  for (std::int64_t row = 0; row < rows; row++) {
    out[row] = torchcache_row(dtype, layout, row_at(address, row, row_stride), elements);
  }
  return TENSORCACHE_OK;
}

std::int32_t tensorcache_copy_crc32c_pays(void) noexcept { return pays_copy_crc32c() ? 1 : 0; }

std::int64_t tensorcache_copy_crc32c(std::uint32_t sum, void* to, const void* from, std::int64_t bytes) noexcept {
  if (bytes < 0) return -fail(TENSORCACHE_BAD_ARGUMENT, "bytes is %lld: must be >= 0", static_cast<long long>(bytes));
  if (bytes > 0 && (to == nullptr || from == nullptr)) return -fail(TENSORCACHE_BAD_ARGUMENT, "to or from is null");
  if (!can_copy_crc32c()) return -fail(TENSORCACHE_UNSUPPORTED, "this processor does not support SSE4.2 and PCLMULQDQ");
  return copy_crc32c(sum, static_cast<std::uint8_t*>(to), static_cast<const std::uint8_t*>(from),
                     static_cast<std::size_t>(bytes));
}

std::int32_t tensorcache_compare(const std::int64_t* pieces, std::int64_t count, std::int64_t* first) noexcept {
  if (count < 0) return fail(TENSORCACHE_BAD_ARGUMENT, "count is %lld: must be >= 0", static_cast<long long>(count));
  if (pieces == nullptr && count > 0) return fail(TENSORCACHE_BAD_ARGUMENT, "pieces is null");
  if (first == nullptr) return fail(TENSORCACHE_BAD_ARGUMENT, "first is null");
  std::int64_t at = 0;
  for (; at < count; at++) {
    const std::int64_t* piece = pieces + 3 * at;
    if (piece[2] < 0)
      return fail(TENSORCACHE_BAD_ARGUMENT, "piece %lld has %lld bytes: must be >= 0", static_cast<long long>(at),
                  static_cast<long long>(piece[2]));
    if (!are_equal(at_address(piece[0]), at_address(piece[1]), static_cast<std::size_t>(piece[2]))) break;
  }
  *first = at;
  return TENSORCACHE_OK;
}

}  // extern "C"
