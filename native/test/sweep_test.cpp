// The back ends against the portable one: every alignment, random lengths, any strides and steps, through the C interface
// where it reaches. Buffers end where the row ends, so that the address sanitizer sees a read beyond it.
#include <algorithm>
#include <random>

#include "check.h"
#include "fixtures.h"

using namespace tensorcache;

namespace {

constexpr unsigned kSeed = 20261120;
std::mt19937_64 random_bits(kSeed);

std::int64_t below(std::int64_t bound) { return static_cast<std::int64_t>(random_bits() % static_cast<std::uint64_t>(bound)); }

void check_same(const LaidOutKey& key, const NamedBackend& backend, std::size_t offset, std::size_t bytes) {
  const std::unique_ptr<std::uint8_t[]> block(new std::uint8_t[offset + bytes]);
  for (std::size_t i = 0; i < offset + bytes; i++) block[i] = static_cast<std::uint8_t>(random_bits());
  const std::uint8_t* data = block.get() + offset;
  check(raw(key, backend.absorb, data, bytes) == raw(key, absorb_scalar, data, bytes),
        backend.name + " at offset " + std::to_string(offset) + ", " + std::to_string(bytes) + " bytes");
}

void check_split(const LaidOutKey& key, const NamedBackend& backend) {
  const Bytes data = generate("lcg", 5 * tch1::kTileBytes + 123);
  std::uint64_t whole[tch1::kLanes] = {}, parts[tch1::kLanes] = {};
  backend.absorb(key, whole, data.data(), data.size());
  backend.absorb(key, parts, data.data(), 2 * tch1::kTileBytes);
  backend.absorb(key, parts, data.data() + 2 * tch1::kTileBytes, data.size() - 2 * tch1::kTileBytes);
  for (int lane = 0; lane < tch1::kLanes; lane++) check(whole[lane] == parts[lane], backend.name + " in two parts");
}

void sweep_backend(const LaidOutKey& key, const NamedBackend& backend) {
  for (std::size_t offset = 0; offset < 64; offset++) {
    for (std::size_t bytes : {0, 1, 15, 16, 31, 48, 65, 100, 4095, 4097}) check_same(key, backend, offset, bytes);
  }
  for (std::size_t bytes = 0; bytes < 300; bytes++) check_same(key, backend, bytes % 7, bytes);
  for (int i = 0; i < 200; i++)
    check_same(key, backend, static_cast<std::size_t>(below(64)), static_cast<std::size_t>(below(20000)));
  check_split(key, backend);
}

/// A random view, and its elements copied one by one in row-major order.
void check_strided(const tensorcache_key* key) {
  const std::int64_t element = std::int64_t{1} << below(5), rows = below(4), rank = below(4), step = 1 + below(2) * below(40);
  std::vector<std::int64_t> dims, strides;
  std::int64_t reach_down = 0, reach_up = 0;
  const auto axis = [&](std::int64_t dim) {
    const std::int64_t stride = (below(9) - 4) * element + below(2) * below(200);
    (stride < 0 ? reach_down : reach_up) += stride * std::max<std::int64_t>(0, dim - 1);
    return stride;
  };
  const std::int64_t row_stride = axis(rows);
  std::int64_t elements = 1;
  for (std::int64_t i = 0; i < rank; i++) {
    dims.push_back(below(40) == 0 ? 0 : 1 + below(30));
    strides.push_back(axis(dims.back()));
    elements *= dims.back();
  }
  Bytes block(static_cast<std::size_t>(reach_up - reach_down + element));
  for (std::uint8_t& byte : block) byte = static_cast<std::uint8_t>(random_bits());
  const std::uint8_t* first = block.data() - reach_down;
  Bytes copy;
  for (std::int64_t row = 0; row < rows; row++) {
    for (std::int64_t i = 0; i < elements; i += step) {
      std::int64_t at = row * row_stride, rest = i;
      for (std::size_t a = dims.size(); a-- > 0; rest /= dims[a]) at += rest % dims[a] * strides[a];
      copy.insert(copy.end(), first + at, first + at + element);
    }
  }
  const std::int64_t row_bytes = rows == 0 ? 0 : static_cast<std::int64_t>(copy.size()) / rows;
  std::vector<std::int64_t> got(static_cast<std::size_t>(2 * rows)), expected(got.size());
  copy.push_back(0);
  got.push_back(0), expected.push_back(0);
  check(
      tensorcache_tch1_strided(key, first, rows, row_stride, static_cast<std::int32_t>(element), static_cast<std::int32_t>(rank),
                               dims.data(), strides.data(), step, 5, 6, got.data()) == TENSORCACHE_OK,
      "strided call");
  check(tensorcache_tch1_rows(key, copy.data(), rows, row_bytes, row_bytes, 5, 6, expected.data()) == TENSORCACHE_OK,
        "contiguous call");
  check(got == expected, "strided rows, step " + std::to_string(step));
}

/// The keys of rows in one call, and of each in a call of its own.
void check_groups(const tensorcache_key* key, std::int64_t rows, std::int64_t row_bytes) {
  const std::int64_t stride = row_bytes + below(20);
  Bytes block(static_cast<std::size_t>(rows * stride + 1));
  for (std::uint8_t& byte : block) byte = static_cast<std::uint8_t>(random_bits());
  std::vector<std::int64_t> together(static_cast<std::size_t>(2 * rows + 1)), alone(together.size());
  check(tensorcache_tch1_rows(key, block.data(), rows, stride, row_bytes, -1, 6, together.data()) == TENSORCACHE_OK, "rows");
  for (std::int64_t row = 0; row < rows; row++)
    check(
        tensorcache_tch1_rows(key, block.data() + row * stride, 1, 0, row_bytes, -1, 6, alone.data() + 2 * row) == TENSORCACHE_OK,
        "one row");
  check(together == alone, std::to_string(rows) + " rows of " + std::to_string(row_bytes) + " bytes");
}

/// A bit at a time, as RFC 3720 defines it.
std::uint32_t crc32c(std::uint32_t sum, const std::uint8_t* data, std::size_t bytes) {
  sum = ~sum;
  for (std::size_t i = 0; i < bytes; i++) {
    sum ^= data[i];
    for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0x82f63b78u : 0);
  }
  return ~sum;
}

void check_copy(std::size_t offset, std::size_t bytes) {
  const std::unique_ptr<std::uint8_t[]> from(new std::uint8_t[offset + bytes]), to(new std::uint8_t[offset + 1 + bytes]);
  for (std::size_t i = 0; i < offset + bytes; i++) from[i] = static_cast<std::uint8_t>(random_bits());
  const auto sum = static_cast<std::uint32_t>(random_bits());
  const std::int64_t got =
      tensorcache_copy_crc32c(sum, to.get() + offset + 1, from.get() + offset, static_cast<std::int64_t>(bytes));
  const std::string what = std::to_string(bytes) + " bytes copied from offset " + std::to_string(offset);
  check(got == crc32c(sum, from.get() + offset, bytes), "the sum of " + what);
  check(std::equal(from.get() + offset, from.get() + offset + bytes, to.get() + offset + 1), what);
}

void sweep_copies() {
  for (std::size_t bytes = 0; bytes < 400; bytes++) check_copy(bytes % 17, bytes);
  for (int i = 0; i < 100; i++) check_copy(static_cast<std::size_t>(below(64)), static_cast<std::size_t>(below(20000)));
}

}  // namespace

int main() {
  std::printf("seed %u\n", kSeed);
  auto key = std::make_unique<LaidOutKey>();
  derive(default_seed().data(), *key);
  for (const NamedBackend& backend : runnable_backends()) sweep_backend(*key, backend);
  tensorcache_key* handle = nullptr;
  check(tensorcache_key_create(default_seed().data(), "best", &handle) == TENSORCACHE_OK, "create");
  for (int i = 0; i < 1500; i++) check_strided(handle);
  for (std::int64_t rows = 0; rows < 40; rows++) {
    for (std::int64_t row_bytes : {0, 16, 100, 4096, 12300}) check_groups(handle, rows, row_bytes);
  }
  tensorcache_key_destroy(handle);
  if (tensorcache_copy_crc32c(0, nullptr, nullptr, 0) == 0) sweep_copies();
  return report("sweep");
}
