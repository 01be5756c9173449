#include "cases.h"

#include <algorithm>
#include <cstring>

namespace tensorcache::cuda {
namespace {

std::string hex(std::uint64_t word) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(word));
  return text;
}

std::int64_t element_count(const Input& input) {
  std::int64_t elements = 1;
  for (int axis = 0; axis < input.axes; axis++) elements *= input.dims[axis];
  return elements;
}

}  // namespace

Cases::Cases(DeviceUnderTest& device, const std::uint8_t* seed, std::uint64_t random_seed)
    : device_(device), random_(random_seed) {
  tensorcache_key* key = nullptr;
  tensorcache_key_create(seed, "scalar", &key);
  cpu_.reset(key);
}

std::int64_t Cases::row_bytes() {
  static const std::int64_t kEdges[] = {0, 1, 15, 16, 17, 512, 2048, 4095, 4096, 4097, 4112, 8192, 32768, 32769, 65536};
  switch (below(4)) {
    case 0: return kEdges[below(15)];
    case 1: return below(300);
    case 2: return below(9000);
    default: return below(90000);
  }
}

void Cases::fill(std::vector<std::uint8_t>& block) {
  for (std::size_t i = 0; i < block.size(); i += 8) {
    const std::uint64_t word = random_();
    std::memcpy(block.data() + i, &word, std::min<std::size_t>(8, block.size() - i));
  }
}

Input Cases::contiguous(std::int64_t rows) {
  Input input{};
  input.row_bytes = row_bytes();
  if (rows > 8) input.row_bytes %= 5000;
  input.row_stride = below(3) == 0 ? below(7) - 3 : input.row_bytes + below(2) * below(40);
  if (below(4) == 0) input.row_stride = -input.row_stride;
  const std::int64_t reach = input.row_stride * (rows - 1), down = std::min<std::int64_t>(0, reach);
  const std::int64_t offset = below(2) * below(33);
  memory_.emplace_back(static_cast<std::size_t>(offset + std::abs(reach) + input.row_bytes));
  fill(memory_.back());
  input.address = address_of(memory_.back().data() + offset - down);
  for (std::int64_t row = 0; row < rows; row++) {
    device_.declare_readable(reinterpret_cast<const void*>(input.address + static_cast<std::uint64_t>(row * input.row_stride)),
                             static_cast<std::size_t>(input.row_bytes));
  }
  input.step = 1;
  input.t0 = random_() & tch1::kPrime, input.t1 = random_() & tch1::kPrime;
  return input;
}

Input Cases::view(std::int64_t rows, std::int64_t element_bytes, std::int64_t most_elements) {
  Input input{};
  input.element_bytes = static_cast<std::int32_t>(element_bytes);
  input.axes = static_cast<std::int32_t>(below(5));
  std::int64_t down = 0, up = 0;
  const auto stride = [&](std::int64_t dim) {
    const std::int64_t bytes = (below(9) - 4) * element_bytes + below(2) * below(2) * below(200);
    (bytes < 0 ? down : up) += bytes * std::max<std::int64_t>(0, dim - 1);
    return bytes;
  };
  input.row_stride = stride(rows);
  std::int64_t elements = 1;
  for (int axis = 0; axis < input.axes; axis++) {
    const std::int64_t room =
        std::max<std::int64_t>(1, std::min<std::int64_t>(40, most_elements / std::max<std::int64_t>(1, elements)));
    input.dims[axis] = below(60) == 0 ? 0 : 1 + below(room);
    if (axis == 0 && below(3) == 0) input.dims[axis] = 1 + below(most_elements);
    input.strides[axis] = stride(input.dims[axis]);
    elements *= input.dims[axis];
  }
  input.step = 1 + below(2) * below(40);
  input.row_bytes = elements == 0 ? 0 : ((elements - 1) / input.step + 1) * element_bytes;
  memory_.emplace_back(static_cast<std::size_t>(up - down + element_bytes));
  fill(memory_.back());
  device_.declare_readable(memory_.back().data(), memory_.back().size());
  input.address = address_of(memory_.back().data() - down);
  input.t0 = random_() & tch1::kPrime, input.t1 = random_() & tch1::kPrime;
  return input;
}

void Cases::expect(const Input& input, std::int64_t rows, std::uint64_t* out) {
  const void* address = reinterpret_cast<const void*>(input.address);
  auto* words = reinterpret_cast<std::int64_t*>(out);
  const auto t0 = static_cast<std::int64_t>(input.t0), t1 = static_cast<std::int64_t>(input.t1);
  if (input.element_bytes == 0) {
    tensorcache_tch1_rows(cpu_.get(), address, rows, input.row_stride, input.row_bytes, t0, t1, words);
  } else {
    tensorcache_tch1_strided(cpu_.get(), address, rows, input.row_stride, input.element_bytes, input.axes, input.dims,
                             input.strides, input.step, t0, t1, words);
  }
}

Plan Cases::split_at_random(BatchLaunch& launch, const char* kernel) {
  launch.units = 0;
  for (int i = 0; i < launch.inputs; i++) {
    launch.input[i].parts = static_cast<std::int32_t>(1 + below(2) * below(launch.rows > 8 ? 2 : 6));
    launch.input[i].first_unit = launch.units;
    launch.units += launch.rows * launch.input[i].parts;
  }
  const std::int64_t items = launch.rows * launch.inputs;
  return {kernel, static_cast<unsigned>(1 + below(std::min<std::int64_t>(launch.units, 8))), items, items,
          kWordsPerPartial * launch.units};
}

std::string Cases::run_tch1(BatchLaunch launch, const std::vector<std::uint64_t>& expected, const std::string& what) {
  Plan plan;
  bool strided = below(4) == 0;
  for (int i = 0; i < launch.inputs; i++) strided |= launch.input[i].element_bytes != 0;
  const std::int64_t way = below(3);
  if (way == 0) {
    plan = plan_tch1(launch, static_cast<int>(1 + below(3)));
  } else if (way == 1) {
    launch.rows_per_warp = static_cast<std::int32_t>(1 + below(4) * below(9));
    plan = {strided ? "tch1_rows_strided" : "tch1_rows", static_cast<unsigned>(1 + below(3)), launch.rows * launch.inputs, 0, 0};
  } else {
    plan = split_at_random(launch, strided ? "tch1_split_strided" : "tch1_split");
  }
  device_.run(launch, plan, random_());
  return compare(expected, what + " by " + plan.kernel);
}

std::string Cases::compare(const std::vector<std::uint64_t>& expected, const std::string& what) {
  if (!device_.error().empty()) return what + ": " + device_.error();
  for (std::size_t i = 0; i < expected.size(); i++) {
    if (device_.results()[i] != expected[i]) {
      return what + ": word " + std::to_string(i) + " of " + std::to_string(expected.size()) + " is " +
             hex(device_.results()[i]) + ", must be " + hex(expected[i]);
    }
  }
  return "";
}

std::string Cases::contiguous_batch() {
  memory_.clear();
  BatchLaunch launch{};
  launch.inputs = static_cast<std::int32_t>(1 + below(2) * below(3));
  launch.rows = below(5) == 0 ? 1 + below(70) : 1 + below(5);
  std::vector<std::uint64_t> expected(static_cast<std::size_t>(2 * launch.rows * launch.inputs));
  for (int i = 0; i < launch.inputs; i++) {
    launch.input[i] = contiguous(launch.rows);
    expect(launch.input[i], launch.rows, expected.data() + 2 * i * launch.rows);
  }
  return run_tch1(launch, expected, "contiguous rows of " + std::to_string(launch.input[0].row_bytes) + " bytes");
}

std::string Cases::strided_batch() {
  memory_.clear();
  BatchLaunch launch{};
  launch.inputs = static_cast<std::int32_t>(1 + below(2));
  launch.rows = 1 + below(4);
  std::vector<std::uint64_t> expected(static_cast<std::size_t>(2 * launch.rows * launch.inputs));
  for (int i = 0; i < launch.inputs; i++) {
    launch.input[i] = below(4) == 0 ? contiguous(launch.rows) : view(launch.rows, std::int64_t{1} << below(5), 6000);
    expect(launch.input[i], launch.rows, expected.data() + 2 * i * launch.rows);
  }
  return run_tch1(launch, expected, "strided rows, step " + std::to_string(launch.input[0].step));
}

std::string Cases::list() {
  memory_.clear();
  std::vector<ListItem> items(static_cast<std::size_t>(1 + below(12)));
  std::vector<std::uint64_t> expected;
  for (ListItem& item : items) {
    const Input input = contiguous(1);
    item = {input.address, input.row_bytes, input.t0, input.t1, 0};
    expected.resize(expected.size() + 2);
    expect(input, 1, expected.data() + expected.size() - 2);
  }
  ListLaunch launch{};
  Plan plan = plan_list(launch, items.data(), static_cast<std::int64_t>(items.size()), static_cast<int>(1 + below(3)));
  plan.blocks = std::min(plan.blocks, static_cast<unsigned>(1 + below(8)));
  launch.items = address_of(items.data());
  device_.run(launch, plan, random_());
  return compare(expected, "a list of " + std::to_string(items.size()));
}

std::string Cases::torchcache_batch() {
  static const int kDtypes[][2] = {{1, 1}, {2, 1}, {3, 1}, {4, 2}, {6, 4}, {8, 8}, {10, 2}, {11, 2}, {12, 4}, {13, 8}};
  memory_.clear();
  BatchLaunch launch{};
  launch.inputs = static_cast<std::int32_t>(1 + below(2));
  launch.rows = 1 + below(3);
  std::vector<std::uint64_t> expected(static_cast<std::size_t>(launch.rows * launch.inputs));
  for (int i = 0; i < launch.inputs; i++) {
    const auto& dtype = kDtypes[below(10)];
    Input& input = launch.input[i];
    input = view(launch.rows, dtype[1], 9000);
    input.dtype = dtype[0];
    tensorcache_torchcache_rows(reinterpret_cast<const void*>(input.address), launch.rows, input.row_stride, input.dtype,
                                input.axes, input.dims, input.strides, input.step,
                                reinterpret_cast<std::int64_t*>(expected.data() + i * launch.rows));
  }
  const Plan plan =
      below(2) == 0 ? plan_torchcache(launch, static_cast<int>(1 + below(3))) : split_at_random(launch, "torchcache_rows");
  device_.run(launch, plan, random_());
  return compare(expected, "torchcache, dtype " + std::to_string(launch.input[0].dtype) + ", " +
                               std::to_string(element_count(launch.input[0])) + " elements");
}

std::vector<GatherItem> Cases::gathered(std::vector<std::uint8_t>& target, std::vector<std::uint8_t>& expected) {
  std::vector<GatherItem> items(static_cast<std::size_t>(1 + below(12)));
  std::vector<std::size_t> places;
  const bool dense = below(2) == 0;
  std::size_t end = static_cast<std::size_t>(below(40));
  for (GatherItem& item : items) {
    const Input input = contiguous(1);
    item = {input.address, 0, input.row_bytes};
    places.push_back(end);
    end += static_cast<std::size_t>(item.bytes + (dense ? 0 : below(70)));
  }
  target.resize(end + static_cast<std::size_t>(below(40)));
  fill(target);
  expected = target;
  for (std::size_t i = 0; i < items.size(); i++) {
    items[i].to = address_of(target.data() + places[i]);
    if (items[i].bytes == 0) continue;
    std::memcpy(expected.data() + places[i], reinterpret_cast<const void*>(items[i].from),
                static_cast<std::size_t>(items[i].bytes));
  }
  std::shuffle(items.begin(), items.end(), random_);
  return items;
}

std::string Cases::gather() {
  memory_.clear();
  std::vector<std::uint8_t> target, expected;
  const std::vector<GatherItem> items = gathered(target, expected);
  std::int64_t longest = 0;
  for (const GatherItem& item : items) longest = std::max(longest, item.bytes);
  GatherLaunch launch{};
  launch.items = address_of(items.data());
  Plan plan = plan_gather(launch, static_cast<std::int64_t>(items.size()), longest, static_cast<int>(1 + below(3)));
  if (below(2) == 0) {
    launch.parts = static_cast<std::int32_t>(1 + below(9));
    launch.units = launch.item_count * launch.parts;
  }
  plan.blocks = static_cast<unsigned>(1 + below(std::min<std::int64_t>(launch.units, 8)));
  device_.run(launch, plan, random_());
  const std::string what = "a gather of " + std::to_string(items.size()) + " rows in " + std::to_string(launch.parts) + " parts";
  if (!device_.error().empty()) return what + ": " + device_.error();
  for (std::size_t i = 0; i < target.size(); i++) {
    if (target[i] != expected[i])
      return what + ": byte " + std::to_string(i) + " of " + std::to_string(target.size()) + " is wrong";
  }
  return "";
}

}  // namespace tensorcache::cuda
