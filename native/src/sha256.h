// SHA-256 (FIPS 180-4) of short messages, for deriving key material.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tensorcache {

/// The digest of one message of at most 119 bytes.
void sha256(const std::uint8_t* message, std::size_t bytes, std::uint8_t digest[32]);

}  // namespace tensorcache
