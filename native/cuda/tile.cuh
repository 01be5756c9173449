// The multiply-sum of one tile of 4 KiB by one warp, from contiguous bytes of any alignment. Chunk c of a tile is its bytes
// 16 c to 16 c + 15; thread t takes chunks t, t + 32, ..., t + 224.
#pragma once

#include "device.cuh"

namespace tensorcache::cuda {

constexpr int kChunkBytes = 16;
constexpr int kChunksPerThread = tch1::kTileBytes / kChunkBytes / 32;

/// The multiply-sum key in shared memory, one word longer than the key so that pairs can be read.
struct alignas(16) SharedKey {
  std::uint64_t nh[tch1::kNhWords + 1];
};

/// Copies the key; the caller synchronises the block.
TENSORCACHE_DEVICE void copy_key(const Key* key, SharedKey& shared) {
  for (int i = static_cast<int>(threadIdx.x); i < tch1::kNhWords; i += kThreads) {
    shared.nh[i] = key->table.nh[i];
  }
}

/// The four sums of the words that one thread has seen of a tile.
struct LaneSums {
  std::uint64_t n0 = 0, n1 = 0, n2 = 0, n3 = 0;

  TENSORCACHE_DEVICE void add(Words words, const SharedKey& key, int chunk) {
    const std::uint64_t* k = key.nh + 2 * chunk;
    n0 += tch1::nh_term(words.w0, k[0]) + tch1::nh_term(words.w1, k[1]);
    n1 += tch1::nh_term(words.w0, k[1]) + tch1::nh_term(words.w1, k[2]);
    n2 += tch1::nh_term(words.w0, k[2]) + tch1::nh_term(words.w1, k[3]);
    n3 += tch1::nh_term(words.w0, k[3]) + tch1::nh_term(words.w1, k[4]);
  }

  /// Sums over the warp: thread t receives the sum of lane t / 8. Half of what is left is sent away at each step.
  TENSORCACHE_DEVICE std::uint64_t reduce_scatter() const {
    const int thread = thread_of_warp();
    const bool upper = (thread & 16) != 0, odd = (thread & 8) != 0;
    std::uint64_t even_lane = upper ? n2 : n0, odd_lane = upper ? n3 : n1;
    even_lane += __shfl_xor_sync(kAllThreads, upper ? n0 : n2, 16);
    odd_lane += __shfl_xor_sync(kAllThreads, upper ? n1 : n3, 16);
    std::uint64_t sum = odd ? odd_lane : even_lane;
    sum += __shfl_xor_sync(kAllThreads, odd ? even_lane : odd_lane, TC_FAULT(5) ? 4 : 8);
    sum += __shfl_xor_sync(kAllThreads, sum, 4);
    sum += __shfl_xor_sync(kAllThreads, sum, 2);
    if (!TC_FAULT(4)) sum += __shfl_xor_sync(kAllThreads, sum, 1);
    return sum;
  }
};

/// The bytes of [from, from + 16) that lie in [begin, end), zero for the others; reads nothing outside.
TENSORCACHE_DEVICE Words load_ragged(const std::uint8_t* from, const std::uint8_t* begin, const std::uint8_t* end) {
  Words words{0, 0};
#pragma unroll 1
  for (int i = 0; i < kChunkBytes; i++) {
    const std::uint8_t* at = from + i;
    if (at < begin || at >= end) continue;
    const std::uint64_t byte = static_cast<std::uint64_t>(load<std::uint8_t>(at)) << (8 * (i & 7));
    if (i < 8) {
      words.w0 |= byte;
    } else {
      words.w1 |= byte;
    }
  }
  return words;
}

/// 16 bytes from bit `bits` (0 to 120) of the 32 bytes low, high.
TENSORCACHE_DEVICE Words funnel(Words low, Words high, int bits) {
  const bool skip = (bits & 64) != 0;
  const std::uint64_t a = skip ? low.w1 : low.w0, b = skip ? high.w0 : low.w1, c = skip ? high.w1 : high.w0;
  const int s = bits & 63;
  return {(a >> s) | ((b << 1) << (63 - s)), (b >> s) | ((c << 1) << (63 - s))};
}

/// A row of contiguous bytes that begins at a multiple of 16. Rows are read tile after tile.
class AlignedRow {
 public:
  TENSORCACHE_DEVICE AlignedRow(const std::uint8_t* begin, std::int64_t bytes) : at_(begin), end_(begin + bytes) {}

  TENSORCACHE_DEVICE void seek(std::int64_t tile) { at_ += tile * tch1::kTileBytes; }

  /// Adds the words of this thread of the next tile.
  TENSORCACHE_DEVICE void add_next(const SharedKey& key, LaneSums& sums) {
    const std::int64_t left = end_ - at_;
    left >= tch1::kTileBytes ? add_whole(key, sums) : add_end(static_cast<int>(left), key, sums);
    at_ += tch1::kTileBytes;
  }

 private:
  /// A whole tile: eight independent loads, then the arithmetic.
  TENSORCACHE_DEVICE void add_whole(const SharedKey& key, LaneSums& sums) const {
    const int thread = opaque(thread_of_warp());
    Words words[kChunksPerThread];
#pragma unroll
    for (int u = 0; u < kChunksPerThread; u++) words[u] = load_words(at_ + kChunkBytes * (32 * u + thread));
#pragma unroll
    for (int u = 0; u < kChunksPerThread; u++) sums.add(words[u], key, 32 * u + thread);
  }

  /// The last tile of a row, of `left` < 4096 bytes. Chunks beyond the end must not be added: a zero word has a term too.
  TENSORCACHE_DEVICE void add_end(int left, const SharedKey& key, LaneSums& sums) const {
    const int thread = opaque(thread_of_warp());
    const int whole = TC_FAULT(6) ? (left + 31) / 32 * 2 : left / kChunkBytes;
#pragma unroll 1
    for (int first = thread; first < whole; first += 128) {
      Words words[4];
#pragma unroll
      for (int u = 0; u < 4; u++) {
        const int chunk = first + 32 * u;
        words[u] = chunk < whole ? load_words(at_ + kChunkBytes * chunk) : Words{0, 0};
      }
#pragma unroll
      for (int u = 0; u < 4; u++) {
        if (first + 32 * u < whole) sums.add(words[u], key, first + 32 * u);
      }
    }
    if (left % kChunkBytes != 0 && thread == whole % 32) {
      sums.add(load_ragged(at_ + kChunkBytes * whole, at_, end_), key, whole);
    }
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

/// A row of contiguous bytes that begins anywhere: each chunk comes from the two aligned blocks that it touches, of which the
/// second lies in the L1. The blocks at the ends of the row are only partly ours and read byte by byte.
class MisalignedRow {
 public:
  TENSORCACHE_DEVICE MisalignedRow(const std::uint8_t* begin, std::int64_t bytes)
      : at_(begin), begin_(begin), end_(begin + bytes) {}

  TENSORCACHE_DEVICE void seek(std::int64_t tile) { at_ += tile * tch1::kTileBytes; }

  TENSORCACHE_DEVICE void add_next(const SharedKey& key, LaneSums& sums) {
    const std::int64_t left = end_ - at_;
    const int misalignment = static_cast<int>(reinterpret_cast<std::uintptr_t>(at_) % kChunkBytes);
    const std::uint8_t* block = at_ - misalignment;
    if (at_ != begin_ && left >= tch1::kTileBytes + kChunkBytes) {
      add_inside(block, 8 * misalignment, key, sums);
    } else {
      add_edge(block, 8 * misalignment, left, key, sums);
    }
    at_ += tch1::kTileBytes;
  }

 private:
  static TENSORCACHE_DEVICE void add_inside(const std::uint8_t* block, int bits, const SharedKey& key, LaneSums& sums) {
    const int thread = opaque(thread_of_warp());
#pragma unroll 2
    for (int u = 0; u < kChunksPerThread; u++) {
      const int chunk = 32 * u + thread;
      const Words low = load_words(block + kChunkBytes * chunk);
      const Words high = load_words(block + kChunkBytes * (chunk + 1));
      sums.add(funnel(low, TC_FAULT(7) ? low : high, bits), key, chunk);
    }
  }

  TENSORCACHE_DEVICE void add_edge(const std::uint8_t* block, int bits, std::int64_t left, const SharedKey& key,
                                   LaneSums& sums) const {
#pragma unroll 1
    for (int chunk = thread_of_warp(); chunk < 32 * kChunksPerThread && kChunkBytes * chunk < left; chunk += 32) {
      const Words low = load_block(block + kChunkBytes * chunk);
      const Words high = load_block(block + kChunkBytes * (chunk + 1));
      sums.add(funnel(low, high, bits), key, chunk);
    }
  }

  TENSORCACHE_DEVICE Words load_block(const std::uint8_t* block) const {
    const bool whole = block >= begin_ && block + (TC_FAULT(8) ? 1 : kChunkBytes) <= end_;
    return whole ? load_words(block) : load_ragged(block, begin_, end_);
  }

  const std::uint8_t* at_;
  const std::uint8_t* begin_;
  const std::uint8_t* end_;
};

}  // namespace tensorcache::cuda
