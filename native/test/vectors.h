// What the vectors mean: dtypes, hexadecimal text, the elements of the torchcache vectors.
#pragma once

#include <cstring>

#include "fixtures.h"
#include "json.h"

inline int element_bytes(const std::string& dtype) {
  if (dtype == "uint8" || dtype == "int8" || dtype == "bool") return 1;
  if (dtype == "float16" || dtype == "bfloat16" || dtype == "int16") return 2;
  return dtype == "float64" || dtype == "int64" ? 8 : 4;
}

inline Bytes unhex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

template <class T>
void append(Bytes& out, T value) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

/// Element i is v = 37 i mod 101, less 50 if signed, divided by 8 if floating.
inline Bytes torchcache_elements(const std::string& dtype, int n) {
  Bytes out;
  for (int i = 0; i < n; i++) {
    const int v = i * 37 % 101;
    const float x = static_cast<float>(v - 50) / 8;
    std::uint32_t bits;
    std::memcpy(&bits, &x, 4);
    if (dtype == "uint8") append(out, static_cast<std::uint8_t>(v));
    if (dtype == "int8") append(out, static_cast<std::int8_t>(v - 50));
    if (dtype == "int16") append(out, static_cast<std::int16_t>(v - 50));
    if (dtype == "int32") append(out, static_cast<std::int32_t>(v - 50));
    if (dtype == "int64") append(out, static_cast<std::int64_t>(v - 50));
    if (dtype == "float32") append(out, x);
    if (dtype == "float64") append(out, static_cast<double>(x));
    if (dtype == "bfloat16") append(out, static_cast<std::uint16_t>(bits >> 16));
    // all values are normal in float16, or zero
    const std::uint32_t half =
        (bits >> 16 & 0x8000) | ((bits & 0x7fffffff) == 0 ? 0 : ((bits & 0x7fffffff) - (112u << 23)) >> 13);
    if (dtype == "float16") append(out, static_cast<std::uint16_t>(half));
  }
  return out;
}

inline int torchcache_code(const std::string& dtype) {
  static const std::map<std::string, int> codes = {{"uint8", 2},     {"int8", 3},     {"int16", 4},
                                                   {"int32", 6},     {"int64", 8},    {"float16", 10},
                                                   {"bfloat16", 11}, {"float32", 12}, {"float64", 13}};
  return codes.at(dtype);
}
