// One pass that copies and sums.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tensorcache {

/// True where this processor can do it.
bool can_copy_crc32c();

/// True where it is faster than a copy and a sum of the JDK's, which has wider instructions from AVX-512 on.
bool pays_copy_crc32c();

/// Continues a CRC32C with bytes that it copies. The places do not overlap.
std::uint32_t copy_crc32c(std::uint32_t sum, std::uint8_t* to, const std::uint8_t* from, std::size_t bytes);

}  // namespace tensorcache
