// Every vector of vectors/tch1_vectors.json, on every back end. argv[1] is that file.
#include <algorithm>

#include "check.h"
#include "fixtures.h"
#include "row_reader.h"
#include "vectors.h"

using namespace tensorcache;

namespace {

Halves halves(const std::string& hex) {
  return {std::stoull(hex.substr(0, 16), nullptr, 16), std::stoull(hex.substr(16), nullptr, 16)};
}

std::unique_ptr<LaidOutKey> key_of(const std::string& seed) {
  auto key = std::make_unique<LaidOutKey>();
  derive(seed_of(seed).data(), *key);
  return key;
}

void check_words(const Json& expected, const std::uint64_t* words, const std::string& what) {
  for (std::size_t i = 0; i < expected.items.size(); i++) check(expected[i].hex() == words[i], what);
}

void check_key_material(const Json& vectors) {
  const auto standard = key_of("default"), other = key_of("seed2");
  const Json& expected = vectors["key_material"]["default"];
  check_words(expected["K_first4"], standard->table.nh, "K");
  check(expected["K_last"].hex() == standard->table.nh[tch1::kNhWords - 1], "last K");
  check_words(expected["f"], standard->table.f, "f");
  check_words(expected["r"], standard->table.r, "r");
  check_words(expected["a"], standard->table.a, "a");
  check_words(expected["b"], standard->table.b, "b");
  check_words(expected["q"], standard->table.q, "q");
  check_words(vectors["key_material"]["seed2"]["K_first4"], other->table.nh, "K of seed 2");
  check_words(vectors["key_material"]["seed2"]["r"], other->table.r, "r of seed 2");
}

void check_bytes(const Json& vectors, const NamedBackend& backend) {
  const auto standard = key_of("default"), other = key_of("seed2");
  for (const Json& vector : vectors["bytes"].items) {
    const LaidOutKey& key = vector["seed"].text == "default" ? *standard : *other;
    const Bytes data = generate(vector["kind"].text, static_cast<std::size_t>(vector["n"].number()));
    const std::string what = backend.name + " on " + vector["kind"].text + " " + vector["n"].text;
    const Halves h = raw(key, backend.absorb, data.data(), data.size());
    check(h.hi == vector["raw"][0].hex() && h.lo == vector["raw"][1].hex(), what + " before the finaliser");
    check(finalised(h, key.table.f) == halves(vector["key"].text), what);
  }
}

void check_rows(const Json& vectors, const NamedBackend& backend) {
  const auto key = key_of("default");
  for (const Json& vector : vectors["rows"].items) {
    const Bytes meta = unhex(vector["meta_hex"].text);
    const Halves tweak = raw(*key, backend.absorb, meta.data(), meta.size());
    const Bytes data = generate("lcg", static_cast<std::size_t>(vector["data"]["n"].number()));
    std::vector<std::int64_t> dims, strides;
    std::int64_t elements = 1;
    for (const Json& dim : vector["row_shape"].items) dims.push_back(dim.number()), elements *= dim.number();
    std::int64_t stride = element_bytes(vector["dtype"].text);
    strides.resize(dims.size());
    for (std::size_t axis = dims.size(); axis-- > 0; stride *= dims[axis]) strides[axis] = stride;
    const std::int64_t count = vector["subsample_count"].number();
    const std::int64_t step = count == 0 ? 1 : std::max<std::int64_t>(1, elements / count);
    const RowLayout layout{element_bytes(vector["dtype"].text), static_cast<std::int32_t>(dims.size()), dims.data(),
                           strides.data(), step};
    RowReader reader(layout, data.data(), elements);
    Bytes sampled(data.size() + 16);
    sampled.resize(reader.read(sampled.data(), sampled.size() / 16 * 16));
    const Halves h = raw(*key, backend.absorb, sampled.data(), sampled.size(), {tweak.hi, tweak.lo});
    check(finalised(h, key->table.f) == halves(vector["key"].text), backend.name + " on a row of " + vector["dtype"].text);
  }
}

Halves combine(const LaidOutKey& key, const std::vector<Halves>& digests) {
  std::uint64_t h[2];
  for (int i = 0; i < 2; i++) {
    const std::uint64_t q = key.table.q[i];
    h[i] = tch1::horner(0, digests.size(), q);
    for (const Halves& d : digests)
      for (std::uint64_t c : {d.hi & 0xffffffffu, d.hi >> 32, d.lo & 0xffffffffu, d.lo >> 32}) h[i] = tch1::horner(h[i], c, q);
  }
  return finalised({h[0], h[1]}, key.table.f + 4);
}

void check_combine(const Json& vectors) {
  const auto key = key_of("default");
  std::vector<Halves> inputs;
  for (const Json& input : vectors["combine"]["inputs"].items) inputs.push_back(halves(input.text));
  check(combine(*key, inputs) == halves(vectors["combine"]["key"].text), "combine of three");
  check(combine(*key, {}) == halves(vectors["combine"]["key_of_none"].text), "combine of none");
  check(combine(*key, {inputs[0]}) == halves(vectors["combine"]["key_of_first"].text), "combine of one");
}

void check_torchcache(const Json& vectors) {
  for (const Json& vector : vectors["torchcache"]["vectors"].items) {
    const std::string& dtype = vector["dtype"].text;
    const std::int64_t n = vector["n"].number(), stride = element_bytes(dtype);
    const std::int64_t step = std::max<std::int64_t>(1, n / vector["subsample_count"].number());
    const Bytes data = torchcache_elements(dtype, static_cast<int>(n));
    std::int64_t hash = 0;
    const int code = tensorcache_torchcache_rows(data.data(), 1, 0, torchcache_code(dtype), 1, &n, &stride, step, &hash);
    check(code == TENSORCACHE_OK && hash == vector["hash"].number(), "torchcache " + dtype + " " + vector["n"].text);
  }
}

}  // namespace

int main(int, char** argv) {
  const Json vectors = JsonReader::read_file(argv[1]);
  check_key_material(vectors);
  for (const NamedBackend& backend : runnable_backends()) {
    check_bytes(vectors, backend);
    check_rows(vectors, backend);
  }
  check_combine(vectors);
  check_torchcache(vectors);
  return report("vectors");
}
