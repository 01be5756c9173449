// The inputs of the vectors, and every back end that can run here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "finish.h"
#include "key_table.h"
#include "tensorcache/tensorcache.h"

namespace tensorcache {
// tch1_avx512.cpp, unchanged, compiled against test/shim/immintrin.h
void absorb_avx512_shim(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes);
}  // namespace tensorcache

using Bytes = std::vector<std::uint8_t>;

inline Bytes generate(const std::string& kind, std::size_t n) {
  Bytes out(n, kind == "ff" ? 0xff : 0);
  std::uint64_t x = 0x9E3779B97F4A7C15u;
  for (std::size_t i = 0; i < n; i++) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    if (kind == "inc") out[i] = static_cast<std::uint8_t>(i % 251);
    if (kind == "lcg") out[i] = static_cast<std::uint8_t>(x >> 56);
  }
  return out;
}

inline Bytes default_seed() {
  const std::string text = "tensorcache/TCH1/default-seed/00";
  return Bytes(text.begin(), text.end());
}

inline Bytes seed_of(const std::string& name) {
  if (name == "default") return default_seed();
  Bytes seed(32);
  for (std::size_t i = 0; i < 32; i++) seed[i] = static_cast<std::uint8_t>(i);
  return seed;
}

struct NamedBackend {
  std::string name;
  tensorcache::Absorb absorb;
};

/// scalar and the shim always; avx2 and avx512 where the processor has them, else a line that says so.
inline std::vector<NamedBackend> runnable_backends() {
  std::vector<NamedBackend> out;
  for (const char* name : {"scalar", "avx2", "avx512"}) {
    const tensorcache::Backend* backend = tensorcache::find_backend(name);
    if (backend->available) {
      out.push_back({name, backend->absorb});
    } else {
      std::printf("skipped: %s, which this processor does not have\n", name);
    }
  }
  out.push_back({"avx512-shim", tensorcache::absorb_avx512_shim});
  return out;
}

struct Halves {
  std::uint64_t hi, lo;
  bool operator==(const Halves& other) const { return hi == other.hi && lo == other.lo; }
};

/// (h0, h1) of the specification's raw(): the key before the finaliser.
inline Halves raw(const tensorcache::LaidOutKey& key, tensorcache::Absorb absorb, const std::uint8_t* data, std::size_t bytes,
                  tensorcache::tch1::Tweak tweak = {0, 0}) {
  using namespace tensorcache::tch1;
  std::uint64_t sums[kLanes] = {};
  absorb(key, sums, data, bytes);
  const Digest halves = tensorcache::Finish(key, bytes, tweak).halves(sums);
  return {halves.hi, halves.lo};
}

inline Halves finalised(Halves h, const std::uint64_t* f) {
  const auto digest = tensorcache::tch1::finalise({h.hi, h.lo}, f);
  return {digest.hi, digest.lo};
}
