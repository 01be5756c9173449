// Copies of rows, each from its own address to its own address, by as many blocks as are wanted. A row is cut at the multiples of
// 16 of its target, so that every store of a whole chunk is one of 16 bytes; the loads are too, from the aligned blocks that a
// chunk touches. Bytes outside a row are neither read nor written.
#pragma once

#include "units.cuh"

namespace tensorcache::cuda {

/// One row on its way.
class RowCopy {
 public:
  TENSORCACHE_DEVICE RowCopy(const std::uint8_t* from, std::uint8_t* to, std::int64_t bytes)
      : begin_(from), end_(from + bytes), to_(to), skew_(static_cast<int>(reinterpret_cast<std::uintptr_t>(to) % kChunkBytes)) {}

  /// Chunks of the target that the row touches.
  TENSORCACHE_DEVICE std::int64_t chunk_count() const {
    return begin_ == end_ ? 0 : (end_ - begin_ + skew_ + kChunkBytes - 1) / kChunkBytes;
  }

  /// By all threads of a block.
  TENSORCACHE_DEVICE void copy(const Range& chunks) const {
    if (begin_ == end_) return;  // may have no address
    const std::uint8_t* first = begin_ - skew_;
    const int misalignment = static_cast<int>(reinterpret_cast<std::uintptr_t>(first) % kChunkBytes);
    if (misalignment == 0) {
      copy_chunks(chunks, [&](std::int64_t chunk) { return load_words(first + kChunkBytes * chunk); });
    } else {
      copy_chunks(chunks, [&](std::int64_t chunk) {
        const std::uint8_t* block = first - misalignment + kChunkBytes * chunk;
        const Words high = TC_FAULT(19) ? load_block(block) : load_block(block + kChunkBytes);
        return funnel(load_block(block), high, 8 * misalignment);
      });
    }
  }

 private:
  static constexpr int kAtOnce = 4;  // independent loads of a thread

  template <class Load>
  TENSORCACHE_DEVICE void copy_chunks(const Range& chunks, const Load& load) const {
    const std::int64_t last = chunks.first + chunks.count;
#pragma unroll 1
    for (std::int64_t chunk = chunks.first + threadIdx.x; chunk < last; chunk += kAtOnce * kThreads) {
      Words words[kAtOnce];
#pragma unroll
      for (int u = 0; u < kAtOnce; u++) {
        const std::int64_t mine = chunk + u * kThreads;
        words[u] = mine < last && is_whole(mine) ? load(mine) : Words{0, 0};
      }
#pragma unroll
      for (int u = 0; u < kAtOnce; u++) {
        const std::int64_t mine = chunk + u * kThreads;
        if (mine >= last) break;
        is_whole(mine) ? store_words(target(mine), words[u].w0, words[u].w1) : copy_bytes(mine);
      }
    }
  }

  /// Whether a chunk lies in the row with all its bytes.
  TENSORCACHE_DEVICE bool is_whole(std::int64_t chunk) const {
    const std::int64_t first = kChunkBytes * chunk - skew_;
    return first >= 0 && first + (TC_FAULT(20) ? 1 : kChunkBytes) <= end_ - begin_;
  }

  TENSORCACHE_DEVICE std::uint64_t* target(std::int64_t chunk) const {
    return reinterpret_cast<std::uint64_t*>(to_ - skew_ + kChunkBytes * chunk);
  }

  /// The bytes of a chunk at an end of the row.
  TENSORCACHE_DEVICE void copy_bytes(std::int64_t chunk) const {
    const std::int64_t first = kChunkBytes * chunk - skew_, bytes = end_ - begin_;
#pragma unroll 1
    for (std::int64_t i = first < 0 ? 0 : first; i < first + kChunkBytes && i < bytes; i++) {
      store_byte(to_ + i, load<std::uint8_t>(begin_ + i));
    }
  }

  TENSORCACHE_DEVICE Words load_block(const std::uint8_t* block) const {
    const bool whole = block >= begin_ && block + (TC_FAULT(21) ? 1 : kChunkBytes) <= end_;
    return whole ? load_words(block) : load_ragged(block, begin_, end_);
  }

  const std::uint8_t* begin_;
  const std::uint8_t* end_;
  std::uint8_t* to_;
  int skew_;  // bytes of the first chunk that lie before the row
};

}  // namespace tensorcache::cuda
