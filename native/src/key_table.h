// From a seed to key material.
#pragma once

#include "backends.h"

namespace tensorcache {

/// Derives all key material of a 32-byte seed (KEY.md, "Key material") and lays it out for the back ends.
void derive(const std::uint8_t* seed, LaidOutKey& key);

/// Fills in what follows from the table.
void lay_out(LaidOutKey& key);

}  // namespace tensorcache
