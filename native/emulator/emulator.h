// Runs kernels on the CPU: all threads of some blocks at a time, in random order, with real barriers and shuffles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace emulator {

struct Grid {
  unsigned blocks, threads;
};

/// Kernels may read, or read and write, this memory until forget_memory().
void declare_readable(const void* begin, std::size_t bytes);
void declare_writable(void* begin, std::size_t bytes);
void forget_memory();

/// Runs the call once per thread. The seed decides the order of everything. Returns what went wrong: memory that was not
/// declared or not aligned, a barrier that some threads never reach; or "".
std::string launch(Grid grid, std::uint64_t seed, const std::function<void()>& call);

extern int planted_fault;

}  // namespace emulator
