#include "key_table.h"

#include <cstring>

#include "sha256.h"

namespace tensorcache {
namespace {

constexpr char kLabel[] = "TCH1-key-stream";  // 16 bytes with its terminating zero
constexpr std::size_t kLabelBytes = sizeof kLabel;
static_assert(kLabelBytes == 16, "the label is part of the specification");

/// The words of SHA-256(label, seed, 0), SHA-256(label, seed, 1), ...
class KeyStream {
 public:
  explicit KeyStream(const std::uint8_t* seed) {
    std::memcpy(message_, kLabel, kLabelBytes);
    std::memcpy(message_ + kLabelBytes, seed, tch1::kSeedBytes);
  }

  std::uint64_t word() {
    if (next_ == 4) {
      for (int i = 0; i < 8; i++) {
        message_[kLabelBytes + tch1::kSeedBytes + i] = static_cast<std::uint8_t>(counter_ >> (8 * i));
      }
      counter_++;
      sha256(message_, sizeof message_, digest_);
      next_ = 0;
    }
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; i--) {
      word = word << 8 | digest_[8 * next_ + i];
    }
    next_++;
    return word;
  }

  std::uint64_t field_element() {
    std::uint64_t element;
    do {
      element = word() & tch1::kPrime;
    } while (element == tch1::kPrime);
    return element;
  }

 private:
  std::uint8_t message_[kLabelBytes + tch1::kSeedBytes + 8] = {};
  std::uint8_t digest_[32] = {};
  std::uint64_t counter_ = 0;
  int next_ = 4;
};

}  // namespace

void derive(const std::uint8_t* seed, LaidOutKey& key) {
  KeyStream stream(seed);
  tch1::KeyTable& table = key.table;
  for (std::uint64_t& word : table.nh) word = stream.word();
  for (std::uint64_t& word : table.f) word = stream.word();
  for (std::uint64_t& element : table.r) element = stream.field_element();
  for (std::uint64_t& element : table.a) element = stream.field_element();
  for (std::uint64_t& element : table.b) element = stream.field_element();
  for (std::uint64_t& element : table.q) element = stream.field_element();
  lay_out(key);
}

void lay_out(LaidOutKey& key) {
  const tch1::KeyTable& table = key.table;
  for (int lane = 0; lane < tch1::kLanes; lane++) {
    std::memcpy(key.shifted[lane], table.nh + lane, sizeof key.shifted[lane]);
    key.a[lane] = tch1::multiply(table.a[lane], table.r[lane]);
    key.b[lane] = tch1::multiply(table.b[lane], table.r[lane]);
  }
}

}  // namespace tensorcache
