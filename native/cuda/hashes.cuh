// The two hashes as the kernels see them. A hash provides
//   Shared, prepare()    what a block keeps in shared memory, and how it gets there
//   tiles()              into how many tiles a row falls
//   sum()                a warp's sums over some tiles of a row; thread t returns sum t / 8 of kSums
//   place()              what these sums are in the whole row, `after` tiles before its end
//   add()                the sums of two disjoint ranges of tiles
//   finish()             by one thread: from the four sums of a whole row to the words of `out`
#pragma once

#include "strided.cuh"
#include "tensorcache/torchcache_elements.h"

namespace tensorcache::cuda {

constexpr int kSums = kWordsPerPartial;
static_assert(kSums == tch1::kLanes, "one sum a lane");

/// What the result of a row depends on beside its bytes.
struct RowIdentity {
  std::int64_t bytes, item;
  tch1::Tweak tweak;
};

class Tch1 {
 public:
  using Shared = SharedKey;

  TENSORCACHE_DEVICE Tch1(std::uint64_t key, std::uint64_t out, Shared& shared)
      : key_(pointer<const Key>(key)), out_(pointer<std::uint64_t>(out)), shared_(shared),
        r_(key_->table.r[thread_of_warp() / 8]) {}

  TENSORCACHE_DEVICE void prepare() const { copy_key(key_, shared_); }

  static TENSORCACHE_DEVICE std::int64_t tiles(std::int64_t bytes) { return tile_count(bytes); }

  /// Horner's rule over the tiles of a row from `first` on.
  template <class Row>
  TENSORCACHE_DEVICE std::uint64_t sum(Row row, std::int64_t first, std::int64_t tiles) const {
    row.seek(first);
    std::uint64_t polynomial = 0;
#pragma unroll 1
    for (auto left = static_cast<int>(tiles); left > 0; left--) {
      LaneSums sums;
      row.add_next(shared_, sums);
      polynomial = tch1::horner(polynomial, sums.reduce_scatter(), r_);
    }
    return polynomial;
  }

  /// Moves a sum of tiles to its place in the row, `after` tiles before the end.
  TENSORCACHE_DEVICE std::uint64_t place(std::uint64_t sum, std::int64_t after) const {
    if (TC_FAULT(9)) after++;
    return after == 0 ? sum : tch1::multiply(sum, power(after));
  }

  static TENSORCACHE_DEVICE std::uint64_t add(std::uint64_t a, std::uint64_t b) { return tch1::add(a, b); }

  TENSORCACHE_DEVICE void finish(const std::uint64_t* sums, const RowIdentity& row) const {
    const tch1::KeyTable& table = key_->table;
    const auto bytes = static_cast<std::uint64_t>(row.bytes);
    const std::uint64_t h0 = tch1::compress(table.a, sums, tch1::batch_term(table.a, bytes, row.tweak));
    const std::uint64_t h1 = tch1::compress(table.b, sums, tch1::batch_term(table.b, bytes, row.tweak));
    const tch1::Digest digest = tch1::finalise({h0, h1}, table.f);
    store_words(out_ + 2 * row.item, digest.hi, digest.lo);
  }

 private:
  /// The power of the evaluation point of this thread's lane.
  TENSORCACHE_DEVICE std::uint64_t power(std::int64_t exponent) const {
    std::uint64_t result = 1;
#pragma unroll 1
    for (int digit = 0; exponent > 0; digit++, exponent >>= 4) {
      result = tch1::multiply(result, key_->power[digit][exponent & 15][thread_of_warp() / 8]);
    }
    return result;
  }

  const Key* key_;
  std::uint64_t* out_;
  Shared& shared_;
  std::uint64_t r_;
};

/// Adds up every 32nd element of a range, for thread_of_warp().
struct TorchcacheTerms {
  const StridedRow& row;
  std::int64_t first, last;  // elements

  template <class Element>
  TENSORCACHE_DEVICE std::uint64_t visit() const {
    std::uint64_t sum = 0;
    std::int64_t i = first + thread_of_warp();
    int power = static_cast<int>((TC_FAULT(16) ? thread_of_warp() : i) % torchcache::kPeriod);
#pragma unroll 1
    for (; i < last; i += 32) {
      sum += torchcache::term<Element>(load_element<typename Element::Bits>(row.locate(i)), power);
      power += 32 % torchcache::kPeriod;
      if (power >= torchcache::kPeriod) power -= torchcache::kPeriod;
    }
    return sum;
  }
  TENSORCACHE_DEVICE std::uint64_t unknown() const { return 0; }
};

/// torchcache's hash uses the first of the four sums.
class Torchcache {
 public:
  struct Shared {};

  TENSORCACHE_DEVICE Torchcache(const BatchLaunch& launch) : out_(pointer<std::uint64_t>(launch.out)) {}

  TENSORCACHE_DEVICE void prepare() const {}

  static TENSORCACHE_DEVICE std::int64_t tiles(std::int64_t elements) {
    return elements / kTorchcacheElements + (elements % kTorchcacheElements != 0);
  }

  TENSORCACHE_DEVICE std::uint64_t sum(const StridedRow& row, std::int32_t dtype, std::int64_t first,
                                       std::int64_t tiles) const {
    const std::int64_t end = (first + tiles) * kTorchcacheElements, count = row.read_count();
    const TorchcacheTerms terms{row, first * kTorchcacheElements, end < count ? end : count};
    std::uint64_t sum = torchcache::visit_dtype(dtype, terms);
#pragma unroll 1
    for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(kAllThreads, sum, distance);
    return thread_of_warp() < 8 ? sum : 0;
  }

  static TENSORCACHE_DEVICE std::uint64_t place(std::uint64_t sum, std::int64_t) { return sum; }

  static TENSORCACHE_DEVICE std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a + b; }

  TENSORCACHE_DEVICE void finish(const std::uint64_t* sums, const RowIdentity& row) const { out_[row.item] = sums[0]; }

 private:
  std::uint64_t* out_;
};

}  // namespace tensorcache::cuda
