// The loop over tiles that all CPU back ends share. Nh::sum(key, data, bytes, n) computes the four multiply-sums of one tile;
// Nh lives in an unnamed namespace of its back end's file, which keeps these instances local to that file.
#pragma once

#include <cstring>

#include "backends.h"

namespace tensorcache {

template <class Nh>
TENSORCACHE_HD void absorb_tiles(const LaidOutKey& key, std::uint64_t* lanes, const std::uint8_t* data, std::size_t bytes) {
  std::uint64_t p0 = lanes[0], p1 = lanes[1], p2 = lanes[2], p3 = lanes[3];
  const std::uint64_t* r = key.table.r;
  while (bytes > 0) {
    const std::size_t tile = bytes < tch1::kTileBytes ? bytes : tch1::kTileBytes;
    std::uint64_t n[tch1::kLanes];
    Nh::sum(key, data, tile, n);
    p0 = tch1::horner(p0, n[0], r[0]);
    p1 = tch1::horner(p1, n[1], r[1]);
    p2 = tch1::horner(p2, n[2], r[2]);
    p3 = tch1::horner(p3, n[3], r[3]);
    data += tile;
    bytes -= tile;
  }
  lanes[0] = p0, lanes[1] = p1, lanes[2] = p2, lanes[3] = p3;
}

}  // namespace tensorcache
