// Four 64-bit words of one lane per instruction. Compiled with -mavx2; called only where the processor has it.
#include <immintrin.h>

#include "absorb.h"

namespace tensorcache {
namespace {

constexpr std::uintptr_t kPrefetchBytes = 1024;

struct Avx2Nh {
  static TENSORCACHE_HD __m256i term(__m256i words, const std::uint64_t* key) {
    const __m256i x = _mm256_add_epi32(words, _mm256_load_si256(reinterpret_cast<const __m256i*>(key)));
    return _mm256_mul_epu32(x, _mm256_srli_epi64(x, 32));
  }

  static TENSORCACHE_HD __m128i term(__m128i words, const std::uint64_t* key) {
    const __m128i x = _mm_add_epi32(words, _mm_load_si128(reinterpret_cast<const __m128i*>(key)));
    return _mm_mul_epu32(x, _mm_srli_epi64(x, 32));
  }

  static TENSORCACHE_HD std::uint64_t total(__m256i four, __m128i two) {
    const __m128i folded = _mm_add_epi64(two, _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1)));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(folded)) + static_cast<std::uint64_t>(_mm_extract_epi64(folded, 1));
  }

  static TENSORCACHE_HD void sum(const LaidOutKey& key, const std::uint8_t* data, std::size_t bytes, std::uint64_t* out) {
    __m256i n0 = _mm256_setzero_si256(), n1 = n0, n2 = n0, n3 = n0;
    std::size_t at = 0;
    const auto step = [&] {
      const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at));
      n0 = _mm256_add_epi64(n0, term(words, key.shifted[0] + at / 8));
      n1 = _mm256_add_epi64(n1, term(words, key.shifted[1] + at / 8));
      n2 = _mm256_add_epi64(n2, term(words, key.shifted[2] + at / 8));
      n3 = _mm256_add_epi64(n3, term(words, key.shifted[3] + at / 8));
      at += 32;
    };
    while (at + 128 <= bytes) {
      // Beyond the end of the row too: a prefetch never faults.
      const std::uintptr_t ahead = reinterpret_cast<std::uintptr_t>(data) + at + kPrefetchBytes;
      _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(ahead + 64), _MM_HINT_T0);
      step(), step(), step(), step();
    }
    while (at + 32 <= bytes) {
      step();
    }
    __m128i m0 = _mm_setzero_si128(), m1 = m0, m2 = m0, m3 = m0;
    const auto half_step = [&](__m128i words) {
      m0 = _mm_add_epi64(m0, term(words, key.shifted[0] + at / 8));
      m1 = _mm_add_epi64(m1, term(words, key.shifted[1] + at / 8));
      m2 = _mm_add_epi64(m2, term(words, key.shifted[2] + at / 8));
      m3 = _mm_add_epi64(m3, term(words, key.shifted[3] + at / 8));
      at += 16;
    };
    if (at + 16 <= bytes) {
      half_step(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at)));
    }
    if (at < bytes) {
      alignas(16) std::uint8_t tail[16] = {};
      std::memcpy(tail, data + at, bytes - at);
      half_step(_mm_load_si128(reinterpret_cast<const __m128i*>(tail)));
    }
    out[0] = total(n0, m0);
    out[1] = total(n1, m1);
    out[2] = total(n2, m2);
    out[3] = total(n3, m3);
  }
};

}  // namespace

void absorb_avx2(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes) {
  absorb_tiles<Avx2Nh>(key, sums, data, bytes);
}

}  // namespace tensorcache
