// Which back ends this processor can run.
#include "backends.h"

#include "copy_crc32c.h"

#include <cstring>

namespace tensorcache {
namespace {

// __builtin_cpu_supports also asks the operating system (XGETBV) whether it saves the wide registers.
bool has_avx2() {
#if defined(TENSORCACHE_X86)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

bool has_avx512() {
#if defined(TENSORCACHE_X86)
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
#else
  return false;
#endif
}

}  // namespace

bool can_copy_crc32c() {
#if defined(TENSORCACHE_X86)
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
#else
  return false;
#endif
}

bool pays_copy_crc32c() {
#if defined(TENSORCACHE_X86)
  return can_copy_crc32c() && !(has_avx512() && __builtin_cpu_supports("vpclmulqdq") != 0);
#else
  return false;
#endif
}

#if !defined(TENSORCACHE_X86)
std::uint32_t copy_crc32c(std::uint32_t sum, std::uint8_t*, const std::uint8_t*, std::size_t) { return sum; }  // never called
#endif

const Backend* find_backend(const char* name) {
#if defined(TENSORCACHE_X86)
  static const Backend backends[] = {
      {"avx512", absorb_avx512, has_avx512()}, {"avx2", absorb_avx2, has_avx2()}, {"scalar", absorb_scalar, true}};
#else
  static const Backend backends[] = {
      {"avx512", nullptr, has_avx512()}, {"avx2", nullptr, has_avx2()}, {"scalar", absorb_scalar, true}};
#endif
  const bool best = std::strcmp(name, "best") == 0;
  for (const Backend& backend : backends) {
    if (best ? backend.available : std::strcmp(name, backend.name) == 0) {
      return &backend;
    }
  }
  return nullptr;
}

}  // namespace tensorcache
