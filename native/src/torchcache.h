// The hash of torchcache, for comparison and migration.
#pragma once

#include "row_reader.h"

namespace tensorcache {

/// Bytes per element of a dtype code that torchcache's hash is defined for, else 0.
int torchcache_element_bytes(std::int32_t dtype);

/// The 64-bit hash of one row; the dtype is supported.
std::int64_t torchcache_row(std::int32_t dtype, const RowLayout& layout, const std::uint8_t* row, std::int64_t elements);

}  // namespace tensorcache
