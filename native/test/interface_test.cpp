// The C interface: what it refuses, and with which words.
#include <cstring>

#include "check.h"
#include "fixtures.h"

namespace {

void check_refused(int code, int expected, const char* words) {
  check(code == expected && std::strstr(tensorcache_last_error(), words) != nullptr,
        std::string("expected \"") + words + "\", got \"" + tensorcache_last_error() + "\"");
}

std::int64_t address(const std::uint8_t* of) { return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(of)); }

void check_compare() {
  std::uint8_t memory[200], copy[200];
  for (int i = 0; i < 200; i++) memory[i] = copy[i] = static_cast<std::uint8_t>(i);
  // Of 0, 1, 8, 4, 16 and 157 bytes, one after the other.
  const std::int64_t bytes[] = {0, 1, 8, 4, 16, 157};
  std::int64_t pieces[3 * 6], first = -1, from = 0;
  for (int i = 0; i < 6; i++) {
    pieces[3 * i] = address(memory + from), pieces[3 * i + 1] = address(copy + from), pieces[3 * i + 2] = bytes[i];
    from += bytes[i];
  }
  check(tensorcache_compare(pieces, 6, &first) == TENSORCACHE_OK && first == 6, "equal pieces");
  int piece = 1;
  for (std::int64_t at = 0, end = 1; at < from; at++) {
    while (at >= end) end += bytes[++piece];
    memory[at] ^= 0x10;
    check(tensorcache_compare(pieces, 6, &first) == TENSORCACHE_OK && first == piece, "a byte differs");
    check(tensorcache_compare(pieces, piece, &first) == TENSORCACHE_OK && first == piece, "a byte beyond the last differs");
    memory[at] ^= 0x10;
  }
  memory[0] ^= 1;
  pieces[3 * 2] = pieces[3 * 3] = 1;  // what the second piece proves to be there
  check(tensorcache_compare(pieces, 6, &first) == TENSORCACHE_OK && first == 1, "nothing is read after one that differs");
  check(tensorcache_compare(nullptr, 0, &first) == TENSORCACHE_OK && first == 0, "no pieces");
  check_refused(tensorcache_compare(nullptr, 1, &first), TENSORCACHE_BAD_ARGUMENT, "pieces is null");
  check_refused(tensorcache_compare(pieces, -3, &first), TENSORCACHE_BAD_ARGUMENT, "count is -3");
  check_refused(tensorcache_compare(pieces, 1, nullptr), TENSORCACHE_BAD_ARGUMENT, "first is null");
  pieces[2] = -5;
  check_refused(tensorcache_compare(pieces, 1, &first), TENSORCACHE_BAD_ARGUMENT, "piece 0 has -5 bytes");
}

}  // namespace

int main() {
  const Bytes seed = default_seed();
  tensorcache_key* key = nullptr;
  std::int64_t out[4] = {}, dim = 4, stride = 1, negative = -1, words[545];
  check(tensorcache_abi_version() == TENSORCACHE_ABI_VERSION, "version");
  check_refused(tensorcache_key_create(seed.data(), "sse9", &key), TENSORCACHE_BAD_ARGUMENT, "no back end \"sse9\"");
  check_refused(tensorcache_key_create(nullptr, "best", &key), TENSORCACHE_BAD_ARGUMENT, "null");
  check(key == nullptr, "no key after a failure");
  check(tensorcache_key_create(seed.data(), "scalar", &key) == TENSORCACHE_OK, "create");
  check(std::strcmp(tensorcache_key_backend(key), "scalar") == 0, "name");
  check_refused(tensorcache_key_material(key, words, 544), TENSORCACHE_BAD_ARGUMENT, "must be 545");
  check(tensorcache_key_material(key, words, 545) == TENSORCACHE_OK, "material");
  check(static_cast<std::uint64_t>(words[0]) == 0xc86c6be4f3ebbb3du, "first word");

  check_refused(tensorcache_tch1_rows(nullptr, seed.data(), 1, 0, 4, 0, 0, out), TENSORCACHE_BAD_ARGUMENT, "key is null");
  check_refused(tensorcache_tch1_rows(key, nullptr, 1, 0, 4, 0, 0, out), TENSORCACHE_BAD_ARGUMENT, "address is null");
  check_refused(tensorcache_tch1_rows(key, seed.data(), -2, 0, 4, 0, 0, out), TENSORCACHE_BAD_ARGUMENT, "rows is -2");
  check_refused(tensorcache_tch1_rows(key, seed.data(), 1, 0, -4, 0, 0, out), TENSORCACHE_BAD_ARGUMENT, "row_bytes is -4");
  check_refused(tensorcache_tch1_rows(key, seed.data(), 1, 0, 4, 0, 0, nullptr), TENSORCACHE_BAD_ARGUMENT, "out is null");
  check(tensorcache_tch1_rows(key, nullptr, 0, 0, 4, 0, 0, nullptr) == TENSORCACHE_OK, "no rows need no memory");
  check(tensorcache_tch1_rows(key, nullptr, 2, 0, 0, 0, 0, out) == TENSORCACHE_OK, "empty rows need no memory");

  const auto strided = [&](int element, int rank, const std::int64_t* dims, std::int64_t step) {
    return tensorcache_tch1_strided(key, seed.data(), 1, 0, element, rank, dims, &stride, step, 0, 0, out);
  };
  check_refused(strided(3, 1, &dim, 1), TENSORCACHE_BAD_ARGUMENT, "element_bytes is 3");
  check_refused(strided(1, 65, &dim, 1), TENSORCACHE_BAD_ARGUMENT, "rank is 65: must be in 0..64");
  check_refused(strided(1, 1, nullptr, 1), TENSORCACHE_BAD_ARGUMENT, "null");
  check_refused(strided(1, 1, &negative, 1), TENSORCACHE_BAD_ARGUMENT, "dims[0] is -1");
  check_refused(strided(1, 1, &dim, 0), TENSORCACHE_BAD_ARGUMENT, "step is 0");
  check_refused(tensorcache_torchcache_rows(seed.data(), 1, 0, 14, 1, &dim, &stride, 1, out), TENSORCACHE_UNSUPPORTED,
                "dtype code 14");
  check_compare();
  tensorcache_key_destroy(key);
  tensorcache_key_destroy(nullptr);

  char copy[16] = {};
  const auto copied = [&](void* to, const void* from, std::int64_t bytes) {
    return static_cast<int>(-tensorcache_copy_crc32c(0, to, from, bytes));
  };
  check_refused(copied(copy, "x", -1), TENSORCACHE_BAD_ARGUMENT, "bytes is -1");
  check_refused(copied(copy, nullptr, 1), TENSORCACHE_BAD_ARGUMENT, "to or from is null");
  check_refused(copied(nullptr, "x", 1), TENSORCACHE_BAD_ARGUMENT, "to or from is null");
  if (tensorcache_copy_crc32c_pays() == 1) {
    check(tensorcache_copy_crc32c(0, copy, "123456789", 9) == 0xe3069283, "the check value of CRC32C");
    check(std::memcmp(copy, "123456789", 10) == 0, "copied");
    check(tensorcache_copy_crc32c(0x12345678, nullptr, nullptr, 0) == 0x12345678, "nothing changes nothing");
  }
  return report("interface");
}
