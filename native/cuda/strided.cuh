// Rows whose elements do not lie one after another, and rows of which only every step-th element is read: 16 logical bytes of
// a row, element by element, in row-major order.
#pragma once

#include "tile.cuh"

namespace tensorcache::cuda {

/// An element of any alignment: torch aligns elements to their size, raw memory need not.
template <class T>
TENSORCACHE_DEVICE T load_element(const std::uint8_t* from) {
  if (reinterpret_cast<std::uintptr_t>(from) % sizeof(T) == 0) return load<T>(from);
  T element = 0;
#pragma unroll 1
  for (int i = 0; i < static_cast<int>(sizeof(T)); i++) {
    element = static_cast<T>(element | static_cast<T>(static_cast<T>(load<std::uint8_t>(from + i)) << (8 * i)));
  }
  return element;
}

/// One row of an input with axes.
class StridedRow {
 public:
  /// `input` may lie in parameter memory.
  TENSORCACHE_DEVICE StridedRow(const Input& input, const std::uint8_t* row)
      : input_(input), row_(row), inner_(input.axes - 1) {}

  TENSORCACHE_DEVICE std::int64_t read_count() const { return input_.row_bytes / input_.element_bytes; }

  TENSORCACHE_DEVICE void seek(std::int64_t tile) { at_ = tile * tch1::kTileBytes; }

  /// Adds the words of this thread of the next tile.
  TENSORCACHE_DEVICE void add_next(const SharedKey& key, LaneSums& sums) {
    const std::int64_t left = input_.row_bytes - at_;
#pragma unroll 1
    for (int chunk = thread_of_warp(); chunk < 32 * kChunksPerThread && kChunkBytes * chunk < left; chunk += 32) {
      sums.add(gather((at_ + kChunkBytes * chunk) / input_.element_bytes), key, chunk);
    }
    at_ += tch1::kTileBytes;
  }

  /// Where the read element number `index` lies.
  TENSORCACHE_DEVICE const std::uint8_t* locate(std::int64_t index) const {
    std::int64_t inner;
    return locate(index * input_.step, inner);
  }

 private:
  TENSORCACHE_DEVICE Words gather(std::int64_t first) const {
    switch (input_.element_bytes) {
      case 1: return gather_as<std::uint8_t>(first);
      case 2: return gather_as<std::uint16_t>(first);
      case 4: return gather_as<std::uint32_t>(first);
      case 8: return gather_as<std::uint64_t>(first);
      default: {
        const std::uint8_t* at = locate(first);
        return {load_element<std::uint64_t>(at), load_element<std::uint64_t>(at + 8)};
      }
    }
  }

  /// The read elements first, first + 1, ... that fill 16 bytes, or fewer at the end of the row.
  template <class T>
  TENSORCACHE_DEVICE Words gather_as(std::int64_t first) const {
    constexpr int kElements = kChunkBytes / static_cast<int>(sizeof(T));
    constexpr int kPerWord = kElements / 2;
    const std::int64_t left = read_count() - first;
    std::int64_t inner;
    const std::uint8_t* at = locate(first * input_.step, inner);
    const std::int64_t stride = inner_ < 0 ? 0 : input_.strides[inner_] * input_.step;
    const std::int64_t dim = inner_ < 0 ? 1 : input_.dims[inner_];
    const bool aligned = (reinterpret_cast<std::uintptr_t>(at) | static_cast<std::uintptr_t>(stride)) % sizeof(T) == 0;
    Words words{0, 0};
    if (left >= kElements && aligned && inner + (kElements - 1) * input_.step < dim) {  // independent loads along one axis
#pragma unroll
      for (int i = 0; i < kElements; i++) {
        const std::uint64_t element = load<T>(at + i * stride);
        (i < kPerWord ? words.w0 : words.w1) |= element << (8 * sizeof(T) * (i % kPerWord));
      }
      return words;
    }
#pragma unroll 1
    for (int i = 0; i < kElements && i < left; i++) {
      const std::uint64_t element = load_element<T>(TC_FAULT(11) ? at + i * stride : locate(first + i));
      const std::uint64_t placed = element << (8 * sizeof(T) * (i % kPerWord));
      words.w0 |= i < kPerWord ? placed : 0;
      words.w1 |= i < kPerWord ? 0 : placed;
    }
    return words;
  }

  /// Where element number `element` of the whole row lies, and its position along the innermost axis.
  TENSORCACHE_DEVICE const std::uint8_t* locate(std::int64_t element, std::int64_t& inner) const {
    const std::uint8_t* at = row_;
    inner = inner_ == 0 ? element : 0;
#pragma unroll 1
    for (int axis = inner_; axis >= 0; axis--) {
      std::int64_t position = element;
      if (axis > 0) {  // the outermost axis takes what is left
        const std::int64_t outer = divide(element, input_.dims[axis]);
        position = element - outer * input_.dims[axis];
        element = outer;
        if (axis == inner_) inner = position;
      }
      at += position * input_.strides[axis];
    }
    return at;
  }

  /// In 32 bits where that is enough: a 64-bit division takes several times as long.
  static TENSORCACHE_DEVICE std::int64_t divide(std::int64_t a, std::int64_t b) {
    const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
    if (((x | y) >> 32) != 0) return static_cast<std::int64_t>(x / y);
    return static_cast<std::int64_t>(static_cast<std::uint32_t>(x) / static_cast<std::uint32_t>(y));
  }

  const Input& input_;
  const std::uint8_t* row_;
  std::int64_t at_ = 0;  // byte of the row, in row-major order
  int inner_;            // the innermost axis, -1 for a row of one element
};

}  // namespace tensorcache::cuda
