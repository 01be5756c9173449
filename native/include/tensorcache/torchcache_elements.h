// How torchcache's hash reads an element, shared by the CPU and the device: int64(v * 2^(i mod 15)), where the product is
// float64 for float64 and float32 for everything else, which is first rounded to float32.
#pragma once

#include <cstring>

#include "tensorcache/tch1.h"

namespace tensorcache::torchcache {

constexpr int kPeriod = 15;

template <class To, class From>
TENSORCACHE_HD To bit_cast(From from) {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

/// As x86 converts: towards zero, and INT64_MIN for what does not fit and for NaN.
template <class T>
TENSORCACHE_HD std::int64_t truncate(T x) {
  constexpr T kLimit = static_cast<T>(9223372036854775808.0);
  return x >= -kLimit && x < kLimit ? static_cast<std::int64_t>(x) : INT64_MIN;
}

TENSORCACHE_HD float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00) return bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ff) << 13);
  // 2^112 moves the exponent from half's bias to float's and makes subnormal halves normal, exactly.
  const float scaled = bit_cast<float>(magnitude << 13) * bit_cast<float>((127u + 112u) << 23);
  return sign != 0 ? -scaled : scaled;
}

/// A dtype: Bits is how an element lies in memory, Product what it is multiplied in.
template <class T, class BitsOf>
struct Plain {
  using Bits = BitsOf;
  using Product = float;
  static TENSORCACHE_HD float value(Bits bits) { return static_cast<float>(bit_cast<T>(bits)); }
};

struct Double {
  using Bits = std::uint64_t;
  using Product = double;
  static TENSORCACHE_HD double value(Bits bits) { return bit_cast<double>(bits); }
};

struct Half {
  using Bits = std::uint16_t;
  using Product = float;
  static TENSORCACHE_HD float value(Bits bits) { return half_to_float(bits); }
};

struct BFloat {
  using Bits = std::uint16_t;
  using Product = float;
  static TENSORCACHE_HD float value(Bits bits) { return bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

struct Bool {
  using Bits = std::uint8_t;
  using Product = float;
  static TENSORCACHE_HD float value(Bits bits) { return bits != 0 ? 1.0f : 0.0f; }
};

/// One term of the sum; power is i mod 15.
template <class Element>
TENSORCACHE_HD std::uint64_t term(typename Element::Bits bits, int power) {
  const auto coefficient = static_cast<typename Element::Product>(1 << power);
  return static_cast<std::uint64_t>(truncate(Element::value(bits) * coefficient));
}

/// Calls visitor.visit<Element>() for a dtype code of KEY.md that torchcache's hash is defined for, else visitor.unknown().
#if defined(__CUDACC__)
#pragma nv_exec_check_disable  // a visitor is for the CPU or for the device
#endif
template <class Visitor>
TENSORCACHE_HD auto visit_dtype(std::int32_t dtype, const Visitor& visitor) {
  switch (dtype) {
    case 1: return visitor.template visit<Bool>();
    case 2: return visitor.template visit<Plain<std::uint8_t, std::uint8_t>>();
    case 3: return visitor.template visit<Plain<std::int8_t, std::uint8_t>>();
    case 4: return visitor.template visit<Plain<std::int16_t, std::uint16_t>>();
    case 6: return visitor.template visit<Plain<std::int32_t, std::uint32_t>>();
    case 8: return visitor.template visit<Plain<std::int64_t, std::uint64_t>>();
    case 10: return visitor.template visit<Half>();
    case 11: return visitor.template visit<BFloat>();
    case 12: return visitor.template visit<Plain<float, std::uint32_t>>();
    case 13: return visitor.template visit<Double>();
    default: return visitor.unknown();
  }
}

}  // namespace tensorcache::torchcache
