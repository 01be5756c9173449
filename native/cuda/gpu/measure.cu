// Kernel times, beside a device-to-device copy of as many bytes. Prints one line of JSON each: medians of CUDA events over runs
// that rotate through inputs larger than the L2, of random bytes. No JVM is involved.
#include <algorithm>
#include <cstdio>
#include <random>

#include "device_under_test.h"

using namespace tensorcache::cuda;

namespace {

constexpr int kRuns = 60, kWarmUps = 10;
constexpr std::int64_t kRotated = std::int64_t{1} << 30;  // bytes of inputs to go through

/// Zeroed memory; the process ends before it is needed again.
std::uint64_t allocate(std::int64_t bytes) {
  void* memory = nullptr;
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(16, bytes));
  expect_success(cudaMalloc(&memory, size), "cudaMalloc");
  expect_success(cudaMemset(memory, 0, size), "cudaMemset");
  return reinterpret_cast<std::uint64_t>(memory);
}

std::uint8_t* random_memory(std::int64_t bytes) {
  std::vector<std::uint64_t> host(static_cast<std::size_t>(bytes / 8));
  std::mt19937_64 random(20261120);
  for (std::uint64_t& word : host) word = random();
  std::uint8_t* memory = nullptr;
  expect_success(cudaMalloc(&memory, static_cast<std::size_t>(bytes)), "cudaMalloc");
  expect_success(cudaMemcpy(memory, host.data(), host.size() * 8, cudaMemcpyHostToDevice), "cudaMemcpy");
  return memory;
}

/// Median of the microseconds of use(run).
template <class Use>
double median_micros(const Use& use) {
  cudaEvent_t begin, end;
  expect_success(cudaEventCreate(&begin), "cudaEventCreate");
  expect_success(cudaEventCreate(&end), "cudaEventCreate");
  std::vector<double> micros;
  for (int run = 0; run < kWarmUps + kRuns; run++) {
    expect_success(cudaEventRecord(begin), "cudaEventRecord");
    use(run);
    expect_success(cudaEventRecord(end), "cudaEventRecord");
    expect_success(cudaEventSynchronize(end), "cudaEventSynchronize");
    float millis = 0;
    expect_success(cudaEventElapsedTime(&millis, begin, end), "cudaEventElapsedTime");
    if (run >= kWarmUps) micros.push_back(millis * 1000.0);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  std::nth_element(micros.begin(), micros.begin() + kRuns / 2, micros.end());
  return micros[kRuns / 2];
}

void measure(const DeviceUnderTest& device, int multiprocessors, std::uint8_t* memory, std::int64_t rows, std::int64_t row_bytes,
             std::int64_t misalignment) {
  BatchLaunch launch{};
  launch.key = device.device_key();
  launch.rows = rows;
  launch.inputs = 1;
  launch.input[0].row_bytes = launch.input[0].row_stride = row_bytes;
  launch.input[0].step = 1;
  const Plan plan = plan_tch1(launch, multiprocessors);
  launch.out = allocate(16 * rows);
  launch.counters = allocate(4 * rows);
  launch.partials = allocate(8 * plan.partials);
  const std::int64_t bytes = rows * row_bytes, apart = (bytes + 511) / 256 * 256;
  const std::int64_t copies = std::max<std::int64_t>(1, kRotated / apart);
  const double hash = median_micros([&](int run) {
    launch.input[0].address = address_of(memory + run % copies * apart + misalignment);
    launch_planned(plan, launch);
  });
  const double copy = median_micros([&](int run) {
    std::uint8_t* from = memory + run % copies * apart;
    std::uint8_t* to = memory + kRotated + run % copies * apart;
    expect_success(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice), "cudaMemcpyAsync");
  });
  std::printf(
      "{\"rows\": %lld, \"row_bytes\": %lld, \"misalignment\": %lld, \"kernel\": \"%s\", \"blocks\": %u, "
      "\"hash_us\": %.2f, \"hash_gb_per_s\": %.1f, \"copy_us\": %.2f, \"copy_read_plus_written_gb_per_s\": %.1f}\n",
      static_cast<long long>(rows), static_cast<long long>(row_bytes), static_cast<long long>(misalignment), plan.kernel,
      plan.blocks, hash, static_cast<double>(bytes) / hash / 1e3, copy, 2.0 * static_cast<double>(bytes) / copy / 1e3);
  for (std::uint64_t address : {launch.out, launch.counters, launch.partials}) cudaFree(reinterpret_cast<void*>(address));
}

/// Rows that lie apart, copied to one block in one launch, beside one copy of as many bytes.
void measure_gather(int multiprocessors, std::uint8_t* memory, std::int64_t rows, std::int64_t row_bytes) {
  const std::int64_t bytes = rows * row_bytes, apart = (row_bytes + 511) / 256 * 256;
  const std::int64_t copies = std::max<std::int64_t>(1, kRotated / (rows * apart));
  std::vector<std::uint64_t> lists;
  GatherLaunch launch{};
  for (std::int64_t copy = 0; copy < copies; copy++) {
    std::vector<GatherItem> items;
    for (std::int64_t row = 0; row < rows; row++) {
      items.push_back({address_of(memory + (copy * rows + row) * apart),
                       address_of(memory + kRotated + copy * bytes + row * row_bytes), row_bytes});
    }
    lists.push_back(allocate(static_cast<std::int64_t>(items.size() * sizeof(GatherItem))));
    expect_success(cudaMemcpy(reinterpret_cast<void*>(lists.back()), items.data(), items.size() * sizeof(GatherItem),
                              cudaMemcpyHostToDevice),
                   "cudaMemcpy");
  }
  const Plan plan = plan_gather(launch, rows, row_bytes, multiprocessors);
  const double gather = median_micros([&](int run) {
    launch.items = lists[static_cast<std::size_t>(run % copies)];
    launch_planned(plan, launch);
  });
  const double copy = median_micros([&](int run) {
    expect_success(cudaMemcpyAsync(memory + kRotated + run % copies * bytes, memory + run % copies * bytes,
                                   static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice),
                   "cudaMemcpyAsync");
  });
  std::printf(
      "{\"rows\": %lld, \"row_bytes\": %lld, \"kernel\": \"gather_rows\", \"blocks\": %u, \"gather_us\": %.2f, "
      "\"copy_us\": %.2f}\n",
      static_cast<long long>(rows), static_cast<long long>(row_bytes), plan.blocks, gather, copy);
  for (std::uint64_t list : lists) cudaFree(reinterpret_cast<void*>(list));
}

}  // namespace

int main() {
  cudaDeviceProp properties;
  expect_success(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  int driver = 0;
  expect_success(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  std::printf("{\"card\": \"%s\", \"multiprocessors\": %d, \"cuda_driver_api\": %d}\n", properties.name,
              properties.multiProcessorCount, driver);
  const std::uint8_t seed[tensorcache::tch1::kSeedBytes] = {};
  const DeviceUnderTest device(seed);
  std::uint8_t* memory = random_memory(2 * kRotated + 4096);
  const std::int64_t image = 3 * 224 * 224 * 4;
  const std::int64_t shapes[][2] = {{32, image},      {256, image},  {1, 256 << 20}, {1, 1 << 30},   {64, 16 << 20},
                                    {4096, 64 << 10}, {65536, 4096}, {65536, 2048},  {1000000, 256}, {1, 64 << 10}};
  for (const auto& shape : shapes) measure(device, properties.multiProcessorCount, memory, shape[0], shape[1], 0);
  measure(device, properties.multiProcessorCount, memory, 32, image, 4);
  measure(device, properties.multiProcessorCount, memory, 1, 256 << 20, 1);
  const std::int64_t gathers[][2] = {{32, 100 << 10}, {32, 4002}, {4096, 2 << 10}, {256, image}, {1, 256 << 20}};
  for (const auto& shape : gathers) measure_gather(properties.multiProcessorCount, memory, shape[0], shape[1]);
  cudaFree(memory);
  return 0;
}
