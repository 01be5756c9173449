// The kernels, unchanged, on the emulator (or on a GPU: ../cuda/gpu): every vector of vectors/tch1_vectors.json, and random
// launches against the CPU back end, all on one workspace. argv: the vectors, how many random launches of each kind, and if
// wanted the random seed.
#include <algorithm>

#include "cases.h"
#include "check.h"
#include "vectors.h"

using namespace tensorcache;
using namespace tensorcache::cuda;

namespace {

void check_powers(const DeviceUnderTest& device) {
  for (int lane = 0; lane < tch1::kLanes; lane++) {
    std::uint64_t power = 1;
    for (int exponent = 0; exponent <= 16; exponent++) {
      const std::uint64_t got = exponent < 16 ? device.key().power[0][exponent][lane] : device.key().power[1][1][lane];
      check(got == power, "power " + std::to_string(exponent) + " of lane " + std::to_string(lane));
      power = tch1::multiply(power, device.key().table.r[lane]);
    }
  }
}

Input input_of(DeviceUnderTest& device, const Bytes& data, std::int64_t row_bytes) {
  Input input{};
  input.address = address_of(data.data());
  input.row_bytes = row_bytes;
  input.step = 1;
  device.declare_readable(data.data(), data.size());
  return input;
}

BatchLaunch one_row(const Input& input) {
  BatchLaunch launch{};
  launch.rows = 1;
  launch.inputs = 1;
  launch.input[0] = input;
  return launch;
}

std::vector<std::uint64_t> words_of(const std::string& hex) {
  return {std::stoull(hex.substr(0, 16), nullptr, 16), std::stoull(hex.substr(16), nullptr, 16)};
}

void check_good(const std::string& wrong) { check(wrong.empty(), wrong); }

void check_bytes(const Json& vectors, const std::string& seed, DeviceUnderTest& device, Cases& cases) {
  std::vector<ListItem> items;
  std::vector<Bytes> memory;
  std::vector<std::uint64_t> keys;
  for (const Json& vector : vectors["bytes"].items) {
    if (vector["seed"].text != seed) continue;
    memory.push_back(generate(vector["kind"].text, static_cast<std::size_t>(vector["n"].number())));
    const std::vector<std::uint64_t> key = words_of(vector["key"].text);
    check_good(cases.run_tch1(one_row(input_of(device, memory.back(), vector["n"].number())), key,
                              vector["kind"].text + " " + vector["n"].text));
    items.push_back({0, vector["n"].number(), 0, 0, 0});
    keys.insert(keys.end(), key.begin(), key.end());
  }
  for (std::size_t i = 0; i < items.size(); i++) {
    items[i].address = address_of(memory[i].data());
    device.declare_readable(memory[i].data(), memory[i].size());
  }
  ListLaunch launch{};
  Plan plan = plan_list(launch, items.data(), static_cast<std::int64_t>(items.size()), 2);
  launch.items = address_of(items.data());
  plan.blocks = std::min(plan.blocks, 16u);
  device.run(launch, plan, cases.next());
  check(device.error().empty(), "the list of all vectors: " + device.error());
  check(device.results() == keys, "the list of all vectors");
}

void check_rows(const Json& vectors, DeviceUnderTest& device, Cases& cases) {
  for (const Json& vector : vectors["rows"].items) {
    const Bytes meta = unhex(vector["meta_hex"].text);
    const Halves tweak = raw(device.cpu_key(), absorb_scalar, meta.data(), meta.size());
    const Bytes data = generate("lcg", static_cast<std::size_t>(vector["data"]["n"].number()));
    Input input = input_of(device, data, 0);
    input.t0 = tweak.hi, input.t1 = tweak.lo;
    input.element_bytes = element_bytes(vector["dtype"].text);
    input.axes = static_cast<std::int32_t>(vector["row_shape"].items.size());
    std::int64_t elements = 1, stride = input.element_bytes;
    for (int axis = input.axes; axis-- > 0; stride *= input.dims[axis]) {
      input.dims[axis] = vector["row_shape"][static_cast<std::size_t>(axis)].number();
      input.strides[axis] = stride;
      elements *= input.dims[axis];
    }
    const std::int64_t count = vector["subsample_count"].number();
    input.step = count == 0 ? 1 : std::max<std::int64_t>(1, elements / count);
    input.row_bytes = elements == 0 ? 0 : ((elements - 1) / input.step + 1) * input.element_bytes;
    check_good(cases.run_tch1(one_row(input), words_of(vector["key"].text), "a row of " + vector["dtype"].text));
  }
}

void check_torchcache(const Json& vectors, DeviceUnderTest& device, Cases& cases) {
  for (const Json& vector : vectors["torchcache"]["vectors"].items) {
    const std::int64_t n = vector["n"].number();
    const Bytes data = torchcache_elements(vector["dtype"].text, static_cast<int>(n));
    Input input = input_of(device, data, 0);
    input.dtype = torchcache_code(vector["dtype"].text);
    input.element_bytes = element_bytes(vector["dtype"].text);
    input.axes = 1;
    input.dims[0] = n;
    input.strides[0] = input.element_bytes;
    input.step = std::max<std::int64_t>(1, n / vector["subsample_count"].number());
    input.row_bytes = ((n - 1) / input.step + 1) * input.element_bytes;
    BatchLaunch launch = one_row(input);
    const Plan plan = plan_torchcache(launch, 2);
    device.run(launch, plan, cases.next());
    const std::string what = "torchcache " + vector["dtype"].text + " " + vector["n"].text;
    check(device.error().empty(), what + ": " + device.error());
    check(static_cast<std::int64_t>(device.results()[0]) == vector["hash"].number(), what);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Json vectors = JsonReader::read_file(arguments[1]);
  const int launches = std::stoi(arguments[2]);
  const std::uint64_t seed = count > 3 ? std::stoull(arguments[3]) : std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  for (const char* name : {"default", "seed2"}) {
    const Bytes key_seed = seed_of(name);
    auto device = std::make_unique<DeviceUnderTest>(key_seed.data());
    Cases cases(*device, key_seed.data(), seed);
    check_powers(*device);
    check_bytes(vectors, name, *device, cases);
    if (name != std::string("default")) continue;
    check_rows(vectors, *device, cases);
    check_torchcache(vectors, *device, cases);
    for (int i = 0; i < launches; i++) {
      check_good(cases.contiguous_batch());
      check_good(cases.strided_batch());
      check_good(cases.list());
      check_good(cases.torchcache_batch());
      check_good(cases.gather());
    }
  }
  return report("kernels");
}
