// sum over the sampled elements v_i of int64(v_i * 2^(i mod 15)), wrapping.
#include "torchcache.h"

#include <cstring>

#include "tensorcache/torchcache_elements.h"

namespace tensorcache {
namespace {

constexpr std::size_t kBufferBytes = 4096;

struct ElementBytes {
  template <class Element>
  int visit() const {
    return sizeof(typename Element::Bits);
  }
  int unknown() const { return 0; }
};

struct Row {
  const RowLayout& layout;
  const std::uint8_t* row;
  std::int64_t elements;

  template <class Element>
  std::int64_t visit() const {
    using Bits = typename Element::Bits;
    RowReader reader(layout, row, elements);
    std::uint8_t buffer[kBufferBytes];
    std::uint64_t sum = 0;
    int power = 0;
    while (const std::size_t bytes = reader.read(buffer, sizeof buffer)) {
      for (std::size_t at = 0; at < bytes; at += sizeof(Bits)) {
        Bits bits;
        std::memcpy(&bits, buffer + at, sizeof bits);
        sum += torchcache::term<Element>(bits, power);
        power = power + 1 == torchcache::kPeriod ? 0 : power + 1;
      }
    }
    return static_cast<std::int64_t>(sum);
  }
  std::int64_t unknown() const { return 0; }
};

}  // namespace

int torchcache_element_bytes(std::int32_t dtype) { return torchcache::visit_dtype(dtype, ElementBytes{}); }

std::int64_t torchcache_row(std::int32_t dtype, const RowLayout& layout, const std::uint8_t* row, std::int64_t elements) {
  return torchcache::visit_dtype(dtype, Row{layout, row, elements});
}

}  // namespace tensorcache
