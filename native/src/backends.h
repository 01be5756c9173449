// What a CPU back end provides, and the key material laid out for it.
#pragma once

#include "tensorcache/tch1.h"

namespace tensorcache {

/// Key material plus four copies of the multiply-sum key, copy l shifted by l words, so that every key load of every lane
/// is aligned.
struct alignas(64) LaidOutKey {
  alignas(64) std::uint64_t shifted[tch1::kLanes][tch1::kTileWords];
  tch1::KeyTable table;
};

/// Continues the four polynomials with `bytes` bytes of a row: whole tiles, except at the end of the row.
using Absorb = void (*)(const LaidOutKey& key, std::uint64_t* lanes, const std::uint8_t* data, std::size_t bytes);

void absorb_scalar(const LaidOutKey& key, std::uint64_t* lanes, const std::uint8_t* data, std::size_t bytes);
void absorb_avx2(const LaidOutKey& key, std::uint64_t* lanes, const std::uint8_t* data, std::size_t bytes);
void absorb_avx512(const LaidOutKey& key, std::uint64_t* lanes, const std::uint8_t* data, std::size_t bytes);

struct Backend {
  const char* name;
  Absorb absorb;
  bool available;  // on this processor, under this operating system
};

/// The back end of this name, or the fastest available one for "best"; null if there is none of this name.
const Backend* find_backend(const char* name);

}  // namespace tensorcache
