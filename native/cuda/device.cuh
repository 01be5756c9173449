// The few things that differ between the device and the emulator, which compiles the kernels with a plain C++ compiler.
#pragma once

#include "launch.h"

#if defined(__CUDACC__)
#define TENSORCACHE_DEVICE __device__ __forceinline__
#else
#include "cuda_emulator.h"
#define TENSORCACHE_DEVICE inline
#endif

/// Tests show that they would notice: with -DTC_PLANTED_FAULT=n the n-th deliberate mistake is compiled in (README.md).
#if defined(TC_PLANTED_FAULT)
#define TC_FAULT(number) (TC_PLANTED_FAULT == (number))
#else
#define TC_FAULT(number) false
#endif

namespace tensorcache::cuda {

constexpr unsigned kAllThreads = 0xffffffffu;

TENSORCACHE_DEVICE int thread_of_warp() { return static_cast<int>(threadIdx.x) & 31; }
TENSORCACHE_DEVICE int warp_of_block() { return static_cast<int>(threadIdx.x) >> 5; }

/// 16 bytes of a row as two little-endian words.
struct Words {
  std::uint64_t w0, w1;
};

/// One load of sizeof(T) bytes from an address that is a multiple of it.
template <class T>
TENSORCACHE_DEVICE T load(const std::uint8_t* from) {
#if defined(__CUDACC__)
  return __ldg(reinterpret_cast<const T*>(from));
#else
  return emulator::load<T>(from);
#endif
}

TENSORCACHE_DEVICE Words load_words(const std::uint8_t* from) {
#if defined(__CUDACC__)
  const ulonglong2 words = __ldg(reinterpret_cast<const ulonglong2*>(from));
  return {words.x, words.y};
#else
  return emulator::load<Words>(from);
#endif
}

/// The same value, of which the compiler knows nothing. A loop that begins with it keeps none of its shared-memory loads in
/// registers from one turn to the next: the 40 key words of a thread would not fit.
TENSORCACHE_DEVICE int opaque(int value) {
#if defined(__CUDACC__)
  asm volatile("" : "+r"(value));
#endif
  return value;
}

/// Two words of a result in one store.
TENSORCACHE_DEVICE void store_words(std::uint64_t* to, std::uint64_t first, std::uint64_t second) {
#if defined(__CUDACC__)
  *reinterpret_cast<ulonglong2*>(to) = make_ulonglong2(first, second);
#else
  emulator::store_pair(to, first, second);
#endif
}

TENSORCACHE_DEVICE void store_byte(std::uint8_t* to, std::uint8_t value) {
#if defined(__CUDACC__)
  *to = value;
#else
  emulator::store(to, value);
#endif
}

template <class T>
TENSORCACHE_DEVICE T* pointer(std::uint64_t address) {
  return reinterpret_cast<T*>(address);
}

}  // namespace tensorcache::cuda
