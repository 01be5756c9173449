// What a kernel file needs of CUDA, for a plain C++ compiler: device.cuh includes it where nvcc does not compile. Every thread of
// a block is a fiber (emulator.cpp); each call below may let others run first.
#pragma once

#include <cstdint>
#include <cstring>

#define __global__
#define __device__
#define __launch_bounds__(...)
// The scheduler exchanges the contents of this section whenever it goes from one block to another.
#define __shared__ static __attribute__((section("tensorcache_shared")))

namespace emulator {

struct Index {
  unsigned x, y, z;
};
extern Index thread_index, block_index, grid_size, block_size;

enum class Meeting { kWarp, kShuffle, kShuffleXor, kBlock };

/// Waits for the threads of the warp, or of the block; for a shuffle, the value of the chosen thread.
std::uint64_t meet(Meeting meeting, unsigned mask, std::uint64_t value, int operand);

/// Lets others run, or not.
void pause();

void fence();
void store_later(void* to, const void* value, int bytes);
void load_pending(void* value, const void* from, int bytes);

/// Stops the launch unless [from, from + bytes) was declared readable (or writable) and is aligned to its size.
void check_readable(const void* from, int bytes);
void check_writable(const void* to, int bytes);

/// The fault that is planted; 0 for none.
extern int planted_fault;

template <class T>
T load(const std::uint8_t* from) {
  check_readable(from, sizeof(T));
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void store_pair(std::uint64_t* to, std::uint64_t first, std::uint64_t second) {
  check_writable(to, 16);
  to[0] = first;
  to[1] = second;
}

template <class T>
void store(T* to, T value) {
  check_writable(to, sizeof value);
  *to = value;
}

}  // namespace emulator

#define threadIdx emulator::thread_index
#define blockIdx emulator::block_index
#define gridDim emulator::grid_size
#define blockDim emulator::block_size

inline void __syncthreads() { emulator::meet(emulator::Meeting::kBlock, ~0u, 0, 0); }
inline void __syncwarp(unsigned mask = ~0u) { emulator::meet(emulator::Meeting::kWarp, mask, 0, 0); }

inline std::uint64_t __shfl_sync(unsigned mask, std::uint64_t value, int source) {
  return emulator::meet(emulator::Meeting::kShuffle, mask, value, source);
}
inline std::uint64_t __shfl_xor_sync(unsigned mask, std::uint64_t value, int bits) {
  return emulator::meet(emulator::Meeting::kShuffleXor, mask, value, bits);
}

/// Stores that went past the L1 (__stcg) become visible to other threads at some time of the emulator's choice, at the latest
/// here.
inline void __threadfence() { emulator::fence(); }

template <class T>
void __stcg(T* to, T value) {
  emulator::check_writable(to, sizeof value);
  emulator::store_later(to, &value, sizeof value);
}

template <class T>
T __ldcg(const T* from) {
  emulator::pause();
  T value;
  emulator::load_pending(&value, from, sizeof value);
  return value;
}

inline unsigned atomicInc(unsigned* counter, unsigned limit) {
  emulator::pause();
  emulator::check_writable(counter, sizeof *counter);
  const unsigned before = *counter;
  *counter = before >= limit ? 0 : before + 1;
  emulator::pause();
  return before;
}
