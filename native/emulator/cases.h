// Random launches on a device (the emulated one, or a GPU: ../cuda/gpu), each compared with the CPU back end. A case returns what
// is wrong, or "".
#pragma once

#include <memory>
#include <random>
#include <string>

#include <device_under_test.h>  // of this folder, or of ../cuda/gpu
#include "tensorcache/tensorcache.h"

namespace tensorcache::cuda {

class Cases {
 public:
  Cases(DeviceUnderTest& device, const std::uint8_t* seed, std::uint64_t random_seed);

  /// Several inputs of contiguous rows: sizes around the edges of chunks, tiles and blocks, every alignment, any row stride.
  std::string contiguous_batch();
  /// Rows with axes of any strides, element sizes and steps, beside contiguous ones.
  std::string strided_batch();
  std::string list();
  std::string torchcache_batch();
  /// Rows from anywhere to places of any alignment, which may share a chunk of 16 bytes.
  std::string gather();

  /// One launch of inputs that are already described, by a kernel that fits, split in a random way.
  std::string run_tch1(BatchLaunch launch, const std::vector<std::uint64_t>& expected, const std::string& what);

  std::uint64_t next() { return random_(); }

 private:
  std::int64_t below(std::int64_t bound) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound)); }
  std::int64_t row_bytes();
  void fill(std::vector<std::uint8_t>& block);
  /// A random view over fresh memory: the input's address, strides and sizes.
  Input view(std::int64_t rows, std::int64_t element_bytes, std::int64_t most_elements);
  Input contiguous(std::int64_t rows);
  /// Rows with targets in `target`, in no order; fills `expected` as the target must be afterwards.
  std::vector<GatherItem> gathered(std::vector<std::uint8_t>& target, std::vector<std::uint8_t>& expected);
  void expect(const Input& input, std::int64_t rows, std::uint64_t* out);
  Plan split_at_random(BatchLaunch& launch, const char* kernel);
  std::string compare(const std::vector<std::uint64_t>& expected, const std::string& what);

  struct Destroy {
    void operator()(tensorcache_key* key) const { tensorcache_key_destroy(key); }
  };

  DeviceUnderTest& device_;
  std::unique_ptr<tensorcache_key, Destroy> cpu_;
  std::mt19937_64 random_;
  std::vector<std::vector<std::uint8_t>> memory_;  // of the inputs of one case
};

}  // namespace tensorcache::cuda
