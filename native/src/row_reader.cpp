#include "row_reader.h"

#include <algorithm>
#include <cstring>

namespace tensorcache {
namespace {

template <int Bytes>
void copy_elements(std::uint8_t* to, const std::uint8_t* from, std::int64_t stride, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i++) {
    std::memcpy(to + i * Bytes, from + i * stride, Bytes);
  }
}

void copy_run(std::uint8_t* to, const std::uint8_t* from, std::int64_t stride, std::int64_t count, std::int64_t bytes) {
  if (stride == bytes) {
    std::memcpy(to, from, static_cast<std::size_t>(count * bytes));
    return;
  }
  switch (bytes) {
    case 1: return copy_elements<1>(to, from, stride, count);
    case 2: return copy_elements<2>(to, from, stride, count);
    case 4: return copy_elements<4>(to, from, stride, count);
    case 8: return copy_elements<8>(to, from, stride, count);
    default: return copy_elements<16>(to, from, stride, count);
  }
}

}  // namespace

std::int64_t RowLayout::element_count() const {
  std::int64_t count = 1;
  for (int axis = 0; axis < rank; axis++) {
    if (dims[axis] == 0) return 0;
  }
  for (int axis = 0; axis < rank; axis++) {
    if (__builtin_mul_overflow(count, dims[axis], &count)) return -1;
  }
  return __builtin_mul_overflow_p(count, element_bytes, std::int64_t{0}) ? -1 : count;
}

RowReader::RowReader(const RowLayout& layout, const std::uint8_t* row, std::int64_t elements)
    : layout_(layout),
      at_(row),
      left_(layout.read_count(elements)),
      inner_dim_(layout.rank == 0 ? 1 : layout.dims[layout.rank - 1]),
      inner_stride_(layout.rank == 0 ? 0 : layout.strides[layout.rank - 1]) {}

std::size_t RowReader::read(std::uint8_t* buffer, std::size_t capacity) {
  const std::int64_t bytes = layout_.element_bytes;
  const std::int64_t wanted = std::min(left_, static_cast<std::int64_t>(capacity) / bytes);
  std::int64_t done = 0;
  while (done < wanted) {
    if (inner_ >= inner_dim_) {
      carry(inner_ / inner_dim_);
      inner_ %= inner_dim_;
    }
    const std::int64_t run = std::min((inner_dim_ - 1 - inner_) / layout_.step + 1, wanted - done);
    const std::int64_t stride = run == 1 ? bytes : inner_stride_ * layout_.step;
    copy_run(buffer + done * bytes, at_ + inner_ * inner_stride_, stride, run, bytes);
    done += run;
    inner_ += run * layout_.step;
  }
  left_ -= done;
  return static_cast<std::size_t>(done * bytes);
}

void RowReader::carry(std::int64_t passed) {
  for (int axis = layout_.rank - 2; axis >= 0 && passed > 0; axis--) {
    const std::int64_t reached = position_[axis] + passed;
    const std::int64_t dim = layout_.dims[axis];
    const std::int64_t position = reached < dim ? reached : reached % dim;
    passed = reached < dim ? 0 : reached / dim;
    at_ += (position - position_[axis]) * layout_.strides[axis];
    position_[axis] = position;
  }
}

}  // namespace tensorcache
