// Reads the elements of one row of any strides in row-major order, or every step-th of them, into a buffer.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tensorcache {

constexpr int kMaxRank = 64;

/// The axes of a row; the same for all rows of a batch.
struct RowLayout {
  std::int64_t element_bytes;
  std::int32_t rank;
  const std::int64_t* dims;
  const std::int64_t* strides;  // in bytes
  std::int64_t step;            // every step-th element, 1 for all

  /// Elements of a whole row, or -1 if they do not fit 63 bits.
  std::int64_t element_count() const;

  /// Elements that are read of a row of element_count() elements.
  std::int64_t read_count(std::int64_t elements) const { return elements == 0 ? 0 : (elements - 1) / step + 1; }
};

/// A position in one row. Valid while the layout and the memory are.
class RowReader {
 public:
  RowReader(const RowLayout& layout, const std::uint8_t* row, std::int64_t elements);

  /// Fills the buffer as far as the row reaches; the bytes written, 0 at the end. capacity is a multiple of the element size.
  std::size_t read(std::uint8_t* buffer, std::size_t capacity);

 private:
  void carry(std::int64_t passed);

  const RowLayout& layout_;
  const std::uint8_t* at_;  // start of the current innermost run
  std::int64_t left_;
  std::int64_t inner_dim_, inner_stride_;
  std::int64_t inner_ = 0;                // next element of the innermost axis
  std::int64_t position_[kMaxRank] = {};  // along the outer axes
};

}  // namespace tensorcache
