// sum over the sampled elements v_i of int64(v_i * 2^(i mod 15)), wrapping. The product is float64 for float64 and float32 for
// everything else, which is first rounded to float32.
#include "torchcache.h"

#include <cstring>
#include <limits>

namespace tensorcache {
namespace {

constexpr int kPeriod = 15;
constexpr std::size_t kBufferBytes = 4096;

template <class T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// As x86 converts: towards zero, and INT64_MIN for what does not fit and for NaN.
template <class T>
std::int64_t truncate(T x) {
  constexpr T kLimit = static_cast<T>(9223372036854775808.0);
  return x >= -kLimit && x < kLimit ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

float from_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00) return from_bits(sign | 0x7f800000u | (magnitude & 0x3ff) << 13);
  // 2^112 moves the exponent from half's bias to float's and makes subnormal halves normal, exactly.
  const float scaled = from_bits(magnitude << 13) * from_bits((127u + 112u) << 23);
  return sign != 0 ? -scaled : scaled;
}

template <class T>
struct Plain {
  using Product = float;
  static constexpr int kBytes = sizeof(T);
  static float value(const std::uint8_t* from) { return static_cast<float>(load<T>(from)); }
};

struct Double {
  using Product = double;
  static constexpr int kBytes = 8;
  static double value(const std::uint8_t* from) { return load<double>(from); }
};

struct Half {
  using Product = float;
  static constexpr int kBytes = 2;
  static float value(const std::uint8_t* from) { return half_to_float(load<std::uint16_t>(from)); }
};

struct BFloat {
  using Product = float;
  static constexpr int kBytes = 2;
  static float value(const std::uint8_t* from) { return from_bits(static_cast<std::uint32_t>(load<std::uint16_t>(from)) << 16); }
};

struct Bool {
  using Product = float;
  static constexpr int kBytes = 1;
  static float value(const std::uint8_t* from) { return *from != 0 ? 1.0f : 0.0f; }
};

template <class Element>
std::int64_t hash(const RowLayout& layout, const std::uint8_t* row, std::int64_t elements) {
  RowReader reader(layout, row, elements);
  std::uint8_t buffer[kBufferBytes];
  std::uint64_t sum = 0;
  int power = 0;
  while (const std::size_t bytes = reader.read(buffer, sizeof buffer)) {
    for (std::size_t at = 0; at < bytes; at += Element::kBytes) {
      const auto coefficient = static_cast<typename Element::Product>(1 << power);
      sum += static_cast<std::uint64_t>(truncate(Element::value(buffer + at) * coefficient));
      power = power + 1 == kPeriod ? 0 : power + 1;
    }
  }
  return static_cast<std::int64_t>(sum);
}

}  // namespace

int torchcache_element_bytes(std::int32_t dtype) {
  switch (dtype) {
    case 1: case 2: case 3: return 1;
    case 4: case 10: case 11: return 2;
    case 6: case 12: return 4;
    case 8: case 13: return 8;
    default: return 0;
  }
}

std::int64_t torchcache_row(std::int32_t dtype, const RowLayout& layout, const std::uint8_t* row, std::int64_t elements) {
  switch (dtype) {
    case 1: return hash<Bool>(layout, row, elements);
    case 2: return hash<Plain<std::uint8_t>>(layout, row, elements);
    case 3: return hash<Plain<std::int8_t>>(layout, row, elements);
    case 4: return hash<Plain<std::int16_t>>(layout, row, elements);
    case 6: return hash<Plain<std::int32_t>>(layout, row, elements);
    case 8: return hash<Plain<std::int64_t>>(layout, row, elements);
    case 10: return hash<Half>(layout, row, elements);
    case 11: return hash<BFloat>(layout, row, elements);
    case 12: return hash<Plain<float>>(layout, row, elements);
    default: return hash<Double>(layout, row, elements);
  }
}

}  // namespace tensorcache
