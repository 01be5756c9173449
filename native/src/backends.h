// What a CPU back end provides, and the key material laid out for it.
#pragma once

#include "tensorcache/tch1.h"

namespace tensorcache {

/// Key material plus four copies of the multiply-sum key, copy l shifted by l words, so that every key load of every lane
/// is aligned; and the compression's coefficients of the lanes times the lanes' evaluation points.
struct alignas(64) LaidOutKey {
  alignas(64) std::uint64_t shifted[tch1::kLanes][tch1::kTileWords];
  tch1::KeyTable table;
  std::uint64_t a[tch1::kLanes], b[tch1::kLanes];
};

/// Continues the sums of the four lanes, which begin with zeros, with `bytes` bytes of a row: whole tiles, except at the end of
/// the row. A lane's sum times its evaluation point is its polynomial mod p (finish.h).
using Absorb = void (*)(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes);

void absorb_scalar(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes);
void absorb_avx2(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes);
void absorb_avx512(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes);

struct Backend {
  const char* name;
  Absorb absorb;
  bool available;  // on this processor, under this operating system
};

/// The back end of this name, or the fastest available one for "best"; null if there is none of this name.
const Backend* find_backend(const char* name);

}  // namespace tensorcache
