// From the sums of rows to their keys. The last factor of each lane's polynomial is part of the compression's coefficients, and
// numbers are brought below p once for each output half instead of after each product: the same keys in fewer steps.
#pragma once

#include "backends.h"

namespace tensorcache {

__extension__ typedef unsigned __int128 Wide;

/// Congruent to x mod p, and below 2^61 + 8.
TENSORCACHE_HD constexpr std::uint64_t folded(std::uint64_t x) { return (x & tch1::kPrime) + (x >> 61); }

/// Congruent to x mod p, and below 2^62 + 2^6.
TENSORCACHE_HD constexpr std::uint64_t folded(Wide x) {
  return (static_cast<std::uint64_t>(x) & tch1::kPrime) + (static_cast<std::uint64_t>(x >> 61) & tch1::kPrime) +
         static_cast<std::uint64_t>(x >> 122);
}

/// The sum of a lane after one more tile with multiply-sum n: congruent to sum * r + n.
TENSORCACHE_HD constexpr std::uint64_t next_sum(std::uint64_t sum, std::uint64_t n, std::uint64_t r) {
  return folded(static_cast<Wide>(folded(sum)) * r) + folded(n);
}

/// One output half before the finaliser; c are the folded coefficients, and the sums any 64-bit numbers.
TENSORCACHE_HD constexpr std::uint64_t half(const std::uint64_t* c, const std::uint64_t* sums, std::uint64_t batch) {
  const Wide products = (static_cast<Wide>(c[0]) * sums[0] + static_cast<Wide>(c[1]) * sums[1]) +
                        (static_cast<Wide>(c[2]) * sums[2] + static_cast<Wide>(c[3]) * sums[3]);
  return tch1::reduce(folded(products) + batch);
}

static_assert(folded(~std::uint64_t{0}) == tch1::kPrime + 7 && folded(~Wide{0}) == 2 * tch1::kPrime + 63, "the bounds");
static_assert(tch1::reduce(next_sum(~std::uint64_t{0}, ~std::uint64_t{0}, tch1::kPrime - 1)) == 0, "7 * -1 + 7");
static_assert(tch1::reduce(next_sum(5, 6, 7)) == 41, "5 * 7 + 6");

/// What all rows of a batch share.
class Finish {
 public:
  static constexpr int kRows = 8;

  Finish(const LaidOutKey& key, std::uint64_t row_bytes, tch1::Tweak tweak)
      : key_(key),
        batch0_(tch1::batch_term(key.table.a, row_bytes, tweak)),
        batch1_(tch1::batch_term(key.table.b, row_bytes, tweak)) {}

  /// The key before the finaliser.
  tch1::Digest halves(const std::uint64_t* sums) const { return {half(key_.a, sums, batch0_), half(key_.b, sums, batch1_)}; }

  /// The keys of at most kRows rows. Each is one long chain of multiplications; side by side they fill the multiplier.
  void operator()(const std::uint64_t (*sums)[tch1::kLanes], int rows, std::int64_t* out) const {
    if (rows == kRows) return side_by_side(sums, out);
    for (int row = 0; row < rows; row++) put(tch1::finalise(halves(sums[row]), key_.table.f), out + 2 * row);
  }

 private:
  static void put(tch1::Digest digest, std::int64_t* out) {
    out[0] = static_cast<std::int64_t>(digest.hi);
    out[1] = static_cast<std::int64_t>(digest.lo);
  }

  void side_by_side(const std::uint64_t (*sums)[tch1::kLanes], std::int64_t* out) const {
    tch1::Digest h[kRows];
    for (int row = 0; row < kRows; row++) h[row] = halves(sums[row]);
    for (int round = 0; round < 4; round += 2) {
      for (tch1::Digest& one : h) one.hi ^= tch1::mix64(one.lo + key_.table.f[round]);
      for (tch1::Digest& one : h) one.lo ^= tch1::mix64(one.hi + key_.table.f[round + 1]);
    }
    for (int row = 0; row < kRows; row++) put(h[row], out + 2 * row);
  }

  const LaidOutKey& key_;
  std::uint64_t batch0_, batch1_;
};

}  // namespace tensorcache
