// The portable back end, and the one the others are compared with.
#include "absorb.h"

namespace tensorcache {
namespace {

struct ScalarNh {
  static TENSORCACHE_HD void term(const LaidOutKey& key, std::size_t i, std::uint64_t word, std::uint64_t* n) {
    for (int lane = 0; lane < tch1::kLanes; lane++) {
      n[lane] += tch1::nh_term(word, key.shifted[lane][i]);
    }
  }

  static TENSORCACHE_HD void sum(const LaidOutKey& key, const std::uint8_t* data, std::size_t bytes, std::uint64_t* out) {
    std::uint64_t n[tch1::kLanes] = {};
    const std::size_t words = bytes / tch1::kPadBytes * 2;
    for (std::size_t i = 0; i < words; i++) {
      std::uint64_t word;
      std::memcpy(&word, data + 8 * i, 8);
      term(key, i, word, n);
    }
    if (bytes % tch1::kPadBytes != 0) {
      std::uint64_t tail[2] = {};
      std::memcpy(tail, data + 8 * words, bytes % tch1::kPadBytes);
      term(key, words, tail[0], n);
      term(key, words + 1, tail[1], n);
    }
    std::memcpy(out, n, sizeof n);
  }
};

}  // namespace

void absorb_scalar(const LaidOutKey& key, std::uint64_t* sums, const std::uint8_t* data, std::size_t bytes) {
  absorb_tiles<ScalarNh>(key, sums, data, bytes);
}

}  // namespace tensorcache
