// The loop over tiles that all CPU back ends share. Nh::sum(key, data, bytes, n) computes the four multiply-sums of one tile;
// Nh lives in an unnamed namespace of its back end's file, which keeps these instances local to that file.
#pragma once

#include <cstring>

#include "finish.h"

namespace tensorcache {

template <class Nh>
TENSORCACHE_HD void absorb_tiles(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes) {
  std::uint64_t n[tch1::kLanes];
  const std::uint64_t* r = key.table.r;
  while (bytes > 0) {
    const std::size_t tile = bytes < tch1::kTileBytes ? bytes : tch1::kTileBytes;
    Nh::sum(key, data, tile, n);
    if ((sums[0] | sums[1] | sums[2] | sums[3]) == 0) {  // the first tile
      std::memcpy(sums, n, sizeof n);
    } else {
      for (int lane = 0; lane < tch1::kLanes; lane++) sums[lane] = next_sum(sums[lane], n[lane], r[lane]);
    }
    data += tile;
    bytes -= tile;
  }
}

}  // namespace tensorcache
