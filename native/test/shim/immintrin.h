// Stands in for <immintrin.h> when tch1_avx512.cpp is compiled for a test: the AVX-512 intrinsics that it uses, in portable
// C++, so that the unchanged file runs on any processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

struct __m512i {
  std::uint64_t word[8];
};
using __mmask64 = std::uint64_t;
using __mmask8 = std::uint8_t;

#define _MM_HINT_T0 0
inline void _mm_prefetch(const char*, int) {}

template <class F>
inline __m512i each_word(F f) {
  __m512i out;
  for (int i = 0; i < 8; i++) out.word[i] = f(i);
  return out;
}

inline __m512i _mm512_setzero_si512() { return {}; }

inline __m512i _mm512_loadu_si512(const void* from) {
  __m512i out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

inline __m512i _mm512_load_si512(const void* from) {
  if (reinterpret_cast<std::uintptr_t>(from) % 64 != 0) std::abort();  // the instruction would fault
  return _mm512_loadu_si512(from);
}

inline __m512i _mm512_maskz_loadu_epi8(__mmask64 mask, const void* from) {
  __m512i out{};
  for (std::size_t i = 0; i < 64; i++) {
    if (mask >> i & 1) std::memcpy(reinterpret_cast<char*>(&out) + i, static_cast<const char*>(from) + i, 1);
  }
  return out;
}

inline __m512i _mm512_maskz_loadu_epi64(__mmask8 mask, const void* from) {
  __m512i out{};
  for (std::size_t i = 0; i < 8; i++) {
    if (mask >> i & 1) std::memcpy(&out.word[i], static_cast<const char*>(from) + 8 * i, 8);
  }
  return out;
}

inline __m512i _mm512_add_epi32(__m512i a, __m512i b) {
  return each_word([&](int i) {
    const std::uint64_t high = ((a.word[i] >> 32) + (b.word[i] >> 32)) << 32;
    return high | static_cast<std::uint32_t>(a.word[i] + b.word[i]);
  });
}

inline __m512i _mm512_add_epi64(__m512i a, __m512i b) {
  return each_word([&](int i) { return a.word[i] + b.word[i]; });
}

inline __m512i _mm512_srli_epi64(__m512i a, unsigned bits) {
  return each_word([&](int i) { return a.word[i] >> bits; });
}

inline __m512i _mm512_mul_epu32(__m512i a, __m512i b) {
  return each_word([&](int i) { return (a.word[i] & 0xffffffffu) * (b.word[i] & 0xffffffffu); });
}

inline void _mm512_store_si512(void* to, __m512i a) {
  if (reinterpret_cast<std::uintptr_t>(to) % 64 != 0) std::abort();
  std::memcpy(to, &a, sizeof a);
}
