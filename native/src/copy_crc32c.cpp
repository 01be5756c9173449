// Four vectors are folded by carry-less multiplication while the next four are on their way. After V. Gopal et al., "Fast CRC
// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
#include "copy_crc32c.h"

#include <immintrin.h>

#include <cstring>

namespace tensorcache {
namespace {

constexpr std::size_t kVector = 16;
constexpr std::size_t kBlock = 4 * kVector;
constexpr std::size_t kAhead = 1024;  // the processor's own prefetching stops at each 4 KiB

__m128i load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

void store(std::uint8_t* to, __m128i vector) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), vector); }

/// What `vector` contributes where `next` lies: the two constants are powers of x modulo the polynomial.
__m128i fold(__m128i vector, __m128i constants, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(vector, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(vector, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, next), high);
}

/// For whole blocks, one at least; the sum is not inverted.
std::uint64_t copy_blocks(std::uint64_t sum, std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  const __m128i by_four = _mm_set_epi64x(0x9e4addf8, 0x740eef02);
  const __m128i by_two = _mm_set_epi64x(0xba4fc28e, 0x3da6d0cb);
  const __m128i by_one = _mm_set_epi64x(0x493c7d27, 0xf20c0dfe);
  __m128i folded[4];
  for (std::size_t i = 0; i < 4; i++) {
    folded[i] = load(from + i * kVector);
    store(to + i * kVector, folded[i]);
  }
  folded[0] = _mm_xor_si128(folded[0], _mm_cvtsi64_si128(static_cast<long long>(sum)));
  for (std::size_t done = kBlock; done < bytes; done += kBlock) {
    _mm_prefetch(reinterpret_cast<const char*>(from + done + kAhead), _MM_HINT_T0);
    for (std::size_t i = 0; i < 4; i++) {
      const __m128i next = load(from + done + i * kVector);
      store(to + done + i * kVector, next);
      folded[i] = fold(folded[i], by_four, next);
    }
  }
  const __m128i first = fold(folded[0], by_one, folded[1]);
  const __m128i second = fold(folded[2], by_one, folded[3]);
  const __m128i all = fold(first, by_two, second);
  const std::uint64_t half = _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_extract_epi64(all, 0)));
  return _mm_crc32_u64(half, static_cast<std::uint64_t>(_mm_extract_epi64(all, 1)));
}

}  // namespace

std::uint32_t copy_crc32c(std::uint32_t sum, std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  std::uint64_t state = static_cast<std::uint32_t>(~sum);
  std::size_t done = bytes / kBlock * kBlock;
  if (done > 0) state = copy_blocks(state, to, from, done);
  for (; done + sizeof(std::uint64_t) <= bytes; done += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, from + done, sizeof word);
    std::memcpy(to + done, &word, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  for (; done < bytes; done++) {
    to[done] = from[done];
    state = _mm_crc32_u8(static_cast<std::uint32_t>(state), from[done]);
  }
  return ~static_cast<std::uint32_t>(state);
}

}  // namespace tensorcache
