// Eight 64-bit words of one lane per instruction. Compiled with -mavx512f -mavx512bw; called only where the processor has
// both. test/shim has the same intrinsics in portable C++, so that this file is proved on machines without AVX-512.
#include <immintrin.h>

#include "absorb.h"

namespace tensorcache {
namespace {

constexpr std::uintptr_t kPrefetchBytes = 2048;

struct Avx512Nh {
  static TENSORCACHE_HD __m512i term(__m512i words, __m512i key) {
    const __m512i x = _mm512_add_epi32(words, key);
    return _mm512_mul_epu32(x, _mm512_srli_epi64(x, 32));
  }

  static TENSORCACHE_HD std::uint64_t total(__m512i eight) {
    alignas(64) std::uint64_t n[8];
    _mm512_store_si512(n, eight);
    return ((n[0] + n[1]) + (n[2] + n[3])) + ((n[4] + n[5]) + (n[6] + n[7]));
  }

  static TENSORCACHE_HD void sum(const LaidOutKey& key, const std::uint8_t* data, std::size_t bytes, std::uint64_t* out) {
    __m512i n0 = _mm512_setzero_si512(), n1 = n0, n2 = n0, n3 = n0;
    std::size_t at = 0;
    for (; at + 64 <= bytes; at += 64) {
      // Beyond the end of the row too: a prefetch never faults.
      const std::uintptr_t ahead = reinterpret_cast<std::uintptr_t>(data) + at + kPrefetchBytes;
      _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T0);
      const __m512i words = _mm512_loadu_si512(data + at);
      n0 = _mm512_add_epi64(n0, term(words, _mm512_load_si512(key.shifted[0] + at / 8)));
      n1 = _mm512_add_epi64(n1, term(words, _mm512_load_si512(key.shifted[1] + at / 8)));
      n2 = _mm512_add_epi64(n2, term(words, _mm512_load_si512(key.shifted[2] + at / 8)));
      n3 = _mm512_add_epi64(n3, term(words, _mm512_load_si512(key.shifted[3] + at / 8)));
    }
    if (at < bytes) {
      const std::size_t left = bytes - at;
      const __mmask64 live_bytes = ~std::uint64_t{0} >> (64 - left);
      // Key words beyond the padded row stay zero, and with them their products.
      const auto live_words = static_cast<__mmask8>(0xff >> (8 - (left + 15) / 16 * 2));
      const __m512i words = _mm512_maskz_loadu_epi8(live_bytes, data + at);
      n0 = _mm512_add_epi64(n0, term(words, _mm512_maskz_loadu_epi64(live_words, key.shifted[0] + at / 8)));
      n1 = _mm512_add_epi64(n1, term(words, _mm512_maskz_loadu_epi64(live_words, key.shifted[1] + at / 8)));
      n2 = _mm512_add_epi64(n2, term(words, _mm512_maskz_loadu_epi64(live_words, key.shifted[2] + at / 8)));
      n3 = _mm512_add_epi64(n3, term(words, _mm512_maskz_loadu_epi64(live_words, key.shifted[3] + at / 8)));
    }
    out[0] = total(n0);
    out[1] = total(n1);
    out[2] = total(n2);
    out[3] = total(n3);
  }
};

}  // namespace

void absorb_avx512(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes) {
  absorb_tiles<Avx512Nh>(key, sums, data, bytes);
}

}  // namespace tensorcache
