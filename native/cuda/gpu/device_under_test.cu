#include "device_under_test.h"

#include <algorithm>
#include <cstring>

#include "../kernels.cu"

namespace tensorcache::cuda {

void expect_success(int code, const char* what) {
  if (code == cudaSuccess) return;
  throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(static_cast<cudaError_t>(code)));
}

void launch_planned(const Plan& plan, const BatchLaunch& launch) {
  const std::string name = plan.kernel;
  const auto kernel = name == "tch1_rows"            ? tch1_rows
                      : name == "tch1_rows_strided"  ? tch1_rows_strided
                      : name == "tch1_split"         ? tch1_split
                      : name == "tch1_split_strided" ? tch1_split_strided
                                                     : torchcache_rows;
  kernel<<<plan.blocks, kThreads>>>(launch);
  expect_success(cudaGetLastError(), plan.kernel);
}

void launch_planned(const Plan& plan, const ListLaunch& launch) {
  tch1_list<<<plan.blocks, kThreads>>>(launch);
  expect_success(cudaGetLastError(), plan.kernel);
}

void launch_planned(const Plan& plan, const GatherLaunch& launch) {
  gather_rows<<<plan.blocks, kThreads>>>(launch);
  expect_success(cudaGetLastError(), plan.kernel);
}

DeviceUnderTest::DeviceUnderTest(const std::uint8_t* seed) {
  derive(seed, cpu_key_);
  std::memset(&key_, 0xAA, sizeof key_);
  key_.table = cpu_key_.table;
  expect_success(cudaMalloc(&device_key_, sizeof key_), "cudaMalloc");
  expect_success(cudaMemcpy(device_key_, &key_, sizeof key_, cudaMemcpyHostToDevice), "cudaMemcpy");
  tch1_prepare_key<<<1, 32>>>(device_key_);
  expect_success(cudaMemcpy(&key_, device_key_, sizeof key_, cudaMemcpyDeviceToHost), "tch1_prepare_key");
}

DeviceUnderTest::~DeviceUnderTest() {
  cudaFree(device_key_);
  cudaFree(counters_);
}

void* DeviceUnderTest::allocate(std::size_t bytes) {
  void* made = nullptr;
  expect_success(cudaMalloc(&made, std::max<std::size_t>(1, bytes)), "cudaMalloc");
  allocated_.push_back(made);
  return made;
}

std::uint64_t DeviceUnderTest::copy(std::uint64_t from, std::int64_t low, std::int64_t high) {
  const std::uint64_t begin = from + static_cast<std::uint64_t>(low), past = begin % 256;
  const auto bytes = static_cast<std::size_t>(high - low);
  auto* to = static_cast<std::uint8_t*>(allocate(past + bytes)) + past;
  if (bytes > 0) {
    expect_success(cudaMemcpy(to, reinterpret_cast<const void*>(begin), bytes, cudaMemcpyHostToDevice), "cudaMemcpy");
  }
  return address_of(to) - static_cast<std::uint64_t>(low);
}

template <class Launch>
void DeviceUnderTest::run_copied(Launch launch, const Plan& plan) {
  const auto items = static_cast<std::size_t>(plan.items), partials = static_cast<std::size_t>(plan.partials);
  if (counter_count_ < items) {
    cudaFree(counters_);
    counter_count_ = 2 * items;
    expect_success(cudaMalloc(&counters_, 4 * counter_count_), "cudaMalloc");
    expect_success(cudaMemset(counters_, 0, 4 * counter_count_), "cudaMemset");
  }
  launch.key = device_key();
  launch.out = address_of(allocate(16 * items));
  launch.counters = address_of(counters_);
  launch.partials = address_of(allocate(8 * partials));
  expect_success(cudaMemset(reinterpret_cast<void*>(launch.partials), 0x5C, 8 * partials), "cudaMemset");
  launch_planned(plan, launch);
  results_.assign(2 * items, 0);
  expect_success(cudaMemcpy(results_.data(), reinterpret_cast<const void*>(launch.out), 16 * items, cudaMemcpyDeviceToHost),
                 plan.kernel);
  std::vector<std::uint32_t> counters(counter_count_);
  expect_success(cudaMemcpy(counters.data(), counters_, 4 * counter_count_, cudaMemcpyDeviceToHost), "cudaMemcpy");
  const bool zero = std::all_of(counters.begin(), counters.end(), [](std::uint32_t counter) { return counter == 0; });
  error_ = zero ? "" : "the workspace is not left at zero";
  if (!zero) expect_success(cudaMemset(counters_, 0, 4 * counter_count_), "cudaMemset");
  for (void* memory : allocated_) cudaFree(memory);
  allocated_.clear();
}

void DeviceUnderTest::run(BatchLaunch launch, const Plan& plan, std::uint64_t) {
  for (int i = 0; i < launch.inputs; i++) {
    Input& input = launch.input[i];
    std::int64_t low = 0, high = input.element_bytes == 0 ? input.row_bytes : input.element_bytes;
    const auto reach = [&](std::int64_t bytes) { (bytes < 0 ? low : high) += bytes; };
    reach(input.row_stride * (launch.rows - 1));
    if (input.element_bytes != 0 && input.row_bytes == 0) high = low;
    for (int axis = 0; axis < (input.element_bytes == 0 || input.row_bytes == 0 ? 0 : input.axes); axis++) {
      reach(input.strides[axis] * (input.dims[axis] - 1));
    }
    input.address = copy(input.address, low, high);
  }
  run_copied(launch, plan);
}

void DeviceUnderTest::run(ListLaunch launch, const Plan& plan, std::uint64_t) {
  const auto* begin = reinterpret_cast<const ListItem*>(launch.items);
  std::vector<ListItem> items(begin, begin + launch.item_count);
  for (ListItem& item : items) item.address = copy(item.address, 0, item.bytes);
  launch.items = copy(address_of(items.data()), 0, static_cast<std::int64_t>(items.size() * sizeof(ListItem)));
  run_copied(launch, plan);
}

void DeviceUnderTest::run(GatherLaunch launch, const Plan& plan, std::uint64_t) {
  const auto* begin = reinterpret_cast<const GatherItem*>(launch.items);
  std::vector<GatherItem> items(begin, begin + launch.item_count);
  std::uint64_t low = ~std::uint64_t{0}, high = 0;
  for (GatherItem& item : items) {
    item.from = copy(item.from, 0, item.bytes);
    low = std::min(low, item.to);
    high = std::max(high, item.to + static_cast<std::uint64_t>(item.bytes));
  }
  const auto bytes = static_cast<std::size_t>(high - low);
  const std::uint64_t target = copy(low, 0, static_cast<std::int64_t>(bytes));
  for (GatherItem& item : items) item.to += target - low;
  launch.items = copy(address_of(items.data()), 0, static_cast<std::int64_t>(items.size() * sizeof(GatherItem)));
  launch_planned(plan, launch);
  if (bytes > 0) {
    expect_success(cudaMemcpy(reinterpret_cast<void*>(low), reinterpret_cast<const void*>(target), bytes, cudaMemcpyDeviceToHost),
                   plan.kernel);
  }
  error_.clear();
  for (void* memory : allocated_) cudaFree(memory);
  allocated_.clear();
}

}  // namespace tensorcache::cuda
