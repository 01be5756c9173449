// The GPU behind the tests of ../../emulator: copies what a launch reads to exactly as many bytes of device memory, runs the
// kernel that the plan names, and looks at the workspace afterwards. Throws what CUDA reports.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "key_table.h"
#include "plan.h"

namespace tensorcache::cuda {

template <class T>
std::uint64_t address_of(const T* pointer) {
  return reinterpret_cast<std::uint64_t>(pointer);
}

/// Launches a plan on the default stream; addresses are the device's.
void launch_planned(const Plan& plan, const BatchLaunch& launch);
void launch_planned(const Plan& plan, const ListLaunch& launch);
void launch_planned(const Plan& plan, const GatherLaunch& launch);

/// Throws if this is not cudaSuccess (0).
void expect_success(int code, const char* what);

class DeviceUnderTest {
 public:
  explicit DeviceUnderTest(const std::uint8_t* seed);
  ~DeviceUnderTest();
  DeviceUnderTest(const DeviceUnderTest&) = delete;
  DeviceUnderTest& operator=(const DeviceUnderTest&) = delete;

  const LaidOutKey& cpu_key() const { return cpu_key_; }
  const Key& key() const { return key_; }
  std::uint64_t device_key() const { return address_of(device_key_); }

  void declare_readable(const void*, std::size_t) {}

  const std::vector<std::uint64_t>& results() const { return results_; }
  const std::string& error() const { return error_; }

  void run(BatchLaunch launch, const Plan& plan, std::uint64_t seed);
  void run(ListLaunch launch, const Plan& plan, std::uint64_t seed);
  /// The targets are memory of the host, and are copied back to it.
  void run(GatherLaunch launch, const Plan& plan, std::uint64_t seed);

 private:
  /// Device memory with the bytes [from + low, from + high) at the same alignment; where `from` is then.
  std::uint64_t copy(std::uint64_t from, std::int64_t low, std::int64_t high);
  template <class Launch>
  void run_copied(Launch launch, const Plan& plan);
  void* allocate(std::size_t bytes);

  LaidOutKey cpu_key_;
  Key key_;
  Key* device_key_ = nullptr;
  std::uint32_t* counters_ = nullptr;
  std::size_t counter_count_ = 0;
  std::vector<void*> allocated_;  // for one launch
  std::vector<std::uint64_t> results_;
  std::string error_;
};

}  // namespace tensorcache::cuda
