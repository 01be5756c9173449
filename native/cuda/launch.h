// What a host passes to the kernels: one struct by value per launch, only fixed-width fields, so that any language can lay it
// out. Addresses are device addresses (or pinned mapped host memory where said); "bytes" fields carry their unit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensorcache/tch1.h"

namespace tensorcache::cuda {

constexpr int kThreads = 256;  // every kernel but tch1_prepare_key is launched with so many threads a block
constexpr int kWarps = kThreads / 32;
constexpr int kBlocksPerMultiprocessor = 3;  // that the registers of kThreads threads allow
constexpr int kMaxInputs = 8;                // of one launch
constexpr int kMaxAxes = 8;                  // of a strided row, after merging axes that continue each other
constexpr int kPowerDigits = 8;              // base 16: rows of up to 2^32 tiles, 16 TiB
constexpr int kTorchcacheElements = 1024;    // what counts as a tile of the torchcache hash
constexpr int kWordsPerPartial = 4;          // the sums of one unit

/// Key material on the device. The host copies `table`, then launches tch1_prepare_key once to fill in the rest.
struct Key {
  tch1::KeyTable table;
  std::uint64_t power[kPowerDigits][16][tch1::kLanes];  // [i][d][l] = r_l^(d * 16^i)
};

/// One input of a batch: all its rows have the same layout.
struct Input {
  std::uint64_t address;      // of row 0, any alignment
  std::int64_t row_stride;    // bytes between rows, any sign
  std::int64_t row_bytes;     // that are hashed of a row: elements read, times their size
  std::uint64_t t0, t1;       // the tweak
  std::int64_t first_unit;    // units of all inputs before this one
  std::int64_t step;          // every step-th element is read
  std::int32_t parts;         // units that a row is split into, at least 1
  std::int32_t element_bytes; // 0: the bytes of a row lie one after another; dims and strides are not looked at
  std::int32_t axes;          // of a row, outermost first; 0 for one element
  std::int32_t dtype;         // the code of KEY.md; only the torchcache hash looks at it
  std::int64_t dims[kMaxAxes];
  std::int64_t strides[kMaxAxes];  // bytes
};

/// Rows of up to kMaxInputs inputs. Item input * rows + row is a row; a unit is one part of one item.
struct BatchLaunch {
  std::uint64_t key;       // Key*; not looked at by the torchcache hash
  std::uint64_t out;       // 16 bytes an item, upper half first, 16-byte aligned; torchcache: 8 bytes an item. May be mapped host
  std::uint64_t counters;  // uint32 an item; all zero before a launch, and again after it. Only looked at where parts > 1
  std::uint64_t partials;  // 32 bytes a unit; any content. Only looked at where parts > 1
  std::int64_t rows;         // 1 to 2^31 - 2^24, so that no index of a row overflows 32 bits
  std::int64_t units;        // of all inputs; rows * parts each
  std::int32_t inputs;       // 1..kMaxInputs
  std::int32_t rows_per_warp;  // 1..32; only tch1_rows* look at it
  Input input[kMaxInputs];
};

/// One piece of memory of a list, for the fingerprint of many weights in one launch.
struct ListItem {
  std::uint64_t address;
  std::int64_t bytes;
  std::uint64_t t0, t1;
  std::int64_t first_unit;  // units of all items before this one; an item has at least 1
};

/// A list of pieces of memory, each of its own length.
struct ListLaunch {
  std::uint64_t key;       // Key*
  std::uint64_t out;       // 16 bytes an item, as above
  std::uint64_t counters;  // uint32 an item, as above
  std::uint64_t partials;  // 32 bytes a unit, as above
  std::uint64_t items;     // ListItem*, on the device or mapped
  std::int64_t item_count;
  std::int64_t units;
};

/// One row to copy. Source and target of all rows of a launch may touch but not overlap.
struct GatherItem {
  std::uint64_t from, to;  // any alignment
  std::int64_t bytes;
};

/// Rows copied inside a device: what is resident into a result, or a result into what will be.
struct GatherLaunch {
  std::uint64_t items;     // GatherItem*, on the device or mapped
  std::int64_t item_count;
  std::int64_t units;      // item_count * parts
  std::int32_t parts;      // units that each row is split into, at least 1
  std::int32_t unused;
};

static_assert(sizeof(Key) == 4360 + 4096 && offsetof(Key, power) == 4360, "laid out by hosts");
static_assert(sizeof(Input) == 200 && offsetof(Input, parts) == 56 && offsetof(Input, dims) == 72, "laid out by hosts");
static_assert(sizeof(BatchLaunch) == 56 + 8 * 200 && offsetof(BatchLaunch, input) == 56, "laid out by hosts");
static_assert(sizeof(ListItem) == 40 && sizeof(ListLaunch) == 56, "laid out by hosts");
static_assert(sizeof(GatherItem) == 24 && sizeof(GatherLaunch) == 32 && offsetof(GatherLaunch, parts) == 24, "laid out by hosts");

/// Tiles of a row of so many bytes.
TENSORCACHE_HD constexpr std::int64_t tile_count(std::int64_t bytes) {
  return bytes / tch1::kTileBytes + (bytes % tch1::kTileBytes != 0);
}

}  // namespace tensorcache::cuda
