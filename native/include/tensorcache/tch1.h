// The arithmetic of TCH1, shared by every back end: plain C++17 for the CPU, the same functions on the device for CUDA.
// KEY.md explains the formulas; spec/tch1_reference.py is the executable specification.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)
#define TENSORCACHE_HD __host__ __device__ __forceinline__
#elif defined(__GNUC__)
// Always inlined: a copy compiled with AVX flags must never be the one that another file links to.
#define TENSORCACHE_HD inline __attribute__((always_inline))
#else
#define TENSORCACHE_HD inline
#endif

namespace tensorcache::tch1 {

constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
constexpr int kTileBytes = 4096;
constexpr int kTileWords = kTileBytes / 8;
constexpr int kLanes = 4;
constexpr int kPadBytes = 16;  // a row is zero-padded to a multiple of this
constexpr int kNhWords = kTileWords + kLanes - 1;
constexpr int kSeedBytes = 32;

/// All key material, in the order in which it is derived from the seed. Field elements are below kPrime.
struct KeyTable {
  std::uint64_t nh[kNhWords];  // multiply-sum key; lane l starts at nh[l]
  std::uint64_t f[8];          // finaliser: 0..3 rows, 4..7 combine()
  std::uint64_t r[kLanes];     // evaluation point of each lane
  std::uint64_t a[8], b[8];    // compression: lanes 0..3, byte count, tweak 0, tweak 1, constant
  std::uint64_t q[2];          // evaluation points of combine()
};
static_assert(sizeof(KeyTable) == (kNhWords + 8 + 4 + 16 + 2) * 8, "the table is copied as it lies");

struct Tweak {
  std::uint64_t t0, t1;
};

struct Digest {
  std::uint64_t hi, lo;
};

/// x mod p for any 64-bit x.
TENSORCACHE_HD constexpr std::uint64_t reduce(std::uint64_t x) {
  const std::uint64_t y = (x & kPrime) + (x >> 61);
  return y >= kPrime ? y - kPrime : y;
}

/// a + b mod p for a, b < p.
TENSORCACHE_HD constexpr std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t s = a + b;
  return s >= kPrime ? s - kPrime : s;
}

/// The upper 64 bits of a 64 x 64 bit product.
TENSORCACHE_HD constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
#if defined(__CUDA_ARCH__)
  if (!__builtin_is_constant_evaluated()) return __umul64hi(a, b);
#endif
#if defined(__SIZEOF_INT128__) && !defined(__CUDA_ARCH__)
  __extension__ typedef unsigned __int128 Wide;
  return static_cast<std::uint64_t>((static_cast<Wide>(a) * b) >> 64);
#else
  const std::uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
  const std::uint64_t middle = a1 * b0 + ((a0 * b0) >> 32);
  const std::uint64_t other = a0 * b1 + (middle & 0xffffffffu);
  return a1 * b1 + (middle >> 32) + (other >> 32);
#endif
}

/// a * b mod p for a, b < p.
TENSORCACHE_HD constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t low = a * b;
  const std::uint64_t s = (low & kPrime) + ((multiply_high(a, b) << 3) | (low >> 61));
  return s >= kPrime ? s - kPrime : s;
}

/// The SplitMix64 finaliser (Steele, Lea, Flood 2014).
TENSORCACHE_HD constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// Four Feistel rounds: a bijection of 128 bits, so it adds no collision.
TENSORCACHE_HD constexpr Digest finalise(Digest h, const std::uint64_t* f) {
  h.hi ^= mix64(h.lo + f[0]);
  h.lo ^= mix64(h.hi + f[1]);
  h.hi ^= mix64(h.lo + f[2]);
  h.lo ^= mix64(h.hi + f[3]);
  return h;
}

/// One term of the multiply-sum: both halves of the word are keyed before they are multiplied.
TENSORCACHE_HD constexpr std::uint64_t nh_term(std::uint64_t word, std::uint64_t key) {
  const auto low = static_cast<std::uint32_t>(word) + static_cast<std::uint32_t>(key);
  const auto high = static_cast<std::uint32_t>(word >> 32) + static_cast<std::uint32_t>(key >> 32);
  return static_cast<std::uint64_t>(low) * high;
}

/// One Horner step: the polynomial of a lane after one more tile with multiply-sum n.
TENSORCACHE_HD constexpr std::uint64_t horner(std::uint64_t polynomial, std::uint64_t n, std::uint64_t r) {
  return multiply(add(polynomial, reduce(n)), r);
}

/// The part of one output half that all rows of a batch share; c is KeyTable::a or ::b.
TENSORCACHE_HD constexpr std::uint64_t batch_term(const std::uint64_t* c, std::uint64_t byte_count, Tweak tweak) {
  return add(add(multiply(c[4], reduce(byte_count)), multiply(c[5], reduce(tweak.t0))),
             add(multiply(c[6], reduce(tweak.t1)), c[7]));
}

/// One output half before the finaliser.
TENSORCACHE_HD constexpr std::uint64_t compress(const std::uint64_t* c, const std::uint64_t* lanes, std::uint64_t batch) {
  return add(add(add(multiply(c[0], lanes[0]), multiply(c[1], lanes[1])),
                 add(multiply(c[2], lanes[2]), multiply(c[3], lanes[3]))),
             batch);
}

static_assert(reduce(kPrime) == 0 && reduce(~std::uint64_t{0}) == 7, "2^64 - 1 = 8 p + 7");
static_assert(add(kPrime - 1, 1) == 0 && add(kPrime - 1, kPrime - 1) == kPrime - 2, "addition wraps at p");
static_assert(multiply(kPrime - 1, kPrime - 1) == 1, "(-1) * (-1) = 1");
static_assert(multiply(std::uint64_t{1} << 60, 2) == 1, "2^61 = 1");
static_assert(multiply(std::uint64_t{1} << 40, std::uint64_t{1} << 40) == std::uint64_t{1} << 19, "2^80 = 2^19");
static_assert(multiply_high(~std::uint64_t{0}, ~std::uint64_t{0}) == ~std::uint64_t{0} - 1, "upper half");
static_assert(nh_term(0xffffffff00000001u, 0x00000003ffffffffu) == 0, "each half wraps at 2^32");
static_assert(nh_term(0x0000000200000003u, 0x0000000500000007u) == 70, "(2 + 5) * (3 + 7)");
static_assert(mix64(0) == 0 && mix64(1) == 0x5692161D100B05E5u, "SplitMix64 finaliser");

}  // namespace tensorcache::tch1
