// How a host spreads rows over a device: fills in the fields of a launch that are about work, and says which kernel and how many
// blocks. The numbers are a model's, not measured ones; any choice gives the same keys.
#pragma once

#include <algorithm>

#include "launch.h"

namespace tensorcache::cuda {

struct Plan {
  const char* kernel;
  unsigned blocks;        // of kThreads threads
  std::int64_t items;     // results
  std::int64_t counters;  // uint32 of workspace that must be zero
  std::int64_t partials;  // uint64 of workspace of any content
};

constexpr std::int64_t kMaxBlocks = 1 << 20;

constexpr unsigned grid_of(std::int64_t blocks) { return static_cast<unsigned>(std::clamp<std::int64_t>(blocks, 1, kMaxBlocks)); }

/// Parts of each of `items` rows of so many tiles: enough to fill the device once, while every warp has a tile; rows that are
/// long enough are cut finer, so that the blocks that end last do not matter.
inline std::int64_t parts_of(std::int64_t tiles, std::int64_t items, std::int64_t resident_blocks) {
  const std::int64_t to_fill = std::min(resident_blocks / items, (tiles + kWarps - 1) / kWarps);
  const std::int64_t to_even_out = std::min(4 * resident_blocks / items, tiles / (8 * kWarps));
  return std::max({std::int64_t{1}, to_fill, to_even_out});
}

/// Plans TCH1 of the launch's inputs. rows >= 1; the inputs' bytes and layouts are set.
inline Plan plan_tch1(BatchLaunch& launch, int multiprocessors) {
  const std::int64_t resident = std::int64_t{multiprocessors} * kBlocksPerMultiprocessor;
  const std::int64_t items = launch.rows * launch.inputs;
  std::int64_t tiles = 0;
  bool strided = false;
  for (int i = 0; i < launch.inputs; i++) {
    tiles = std::max(tiles, tile_count(launch.input[i].row_bytes));
    strided |= launch.input[i].element_bytes != 0;
  }
  if (tiles <= 1 || (tiles < kWarps && items > resident)) {
    launch.rows_per_warp = static_cast<std::int32_t>(std::clamp<std::int64_t>(launch.rows / (resident * kWarps), 1, 32));
    const std::int64_t warps = (launch.rows + launch.rows_per_warp - 1) / launch.rows_per_warp;
    const std::int64_t blocks = std::min(resident, (warps + kWarps - 1) / kWarps);
    return {strided ? "tch1_rows_strided" : "tch1_rows", grid_of(blocks), items, 0, 0};
  }
  launch.units = 0;
  bool split = false;
  for (int i = 0; i < launch.inputs; i++) {
    Input& input = launch.input[i];
    input.parts = static_cast<std::int32_t>(parts_of(tile_count(input.row_bytes), items, resident));
    input.first_unit = launch.units;
    launch.units += launch.rows * input.parts;
    split |= input.parts > 1;
  }
  return {strided ? "tch1_split_strided" : "tch1_split", grid_of(launch.units), items, split ? items : 0,
          split ? kWordsPerPartial * launch.units : 0};
}

/// Plans torchcache's hash; every input has an element size and a dtype.
inline Plan plan_torchcache(BatchLaunch& launch, int multiprocessors) {
  const std::int64_t resident = std::int64_t{multiprocessors} * kBlocksPerMultiprocessor;
  const std::int64_t items = launch.rows * launch.inputs;
  launch.units = 0;
  bool split = false;
  for (int i = 0; i < launch.inputs; i++) {
    Input& input = launch.input[i];
    const std::int64_t elements = input.row_bytes / input.element_bytes;
    input.parts =
        static_cast<std::int32_t>(parts_of((elements + kTorchcacheElements - 1) / kTorchcacheElements, items, resident));
    input.first_unit = launch.units;
    launch.units += launch.rows * input.parts;
    split |= input.parts > 1;
  }
  return {"torchcache_rows", grid_of(launch.units), items, split ? items : 0, split ? kWordsPerPartial * launch.units : 0};
}

/// Plans a list of at least one item: sets first_unit of each, and the launch's counts.
inline Plan plan_list(ListLaunch& launch, ListItem* items, std::int64_t count, int multiprocessors) {
  const std::int64_t resident = std::int64_t{multiprocessors} * kBlocksPerMultiprocessor;
  std::int64_t tiles = 0;
  for (std::int64_t i = 0; i < count; i++) tiles += tile_count(items[i].bytes);
  const std::int64_t per_unit = std::clamp<std::int64_t>(tiles / (4 * resident), kWarps, std::int64_t{1} << 24);
  launch.item_count = count;
  launch.units = 0;
  for (std::int64_t i = 0; i < count; i++) {
    items[i].first_unit = launch.units;
    launch.units += std::max<std::int64_t>(1, (tile_count(items[i].bytes) + per_unit - 1) / per_unit);
  }
  const bool split = launch.units > count;
  return {"tch1_list", grid_of(launch.units), count, split ? count : 0, split ? kWordsPerPartial * launch.units : 0};
}

/// Plans a gather of at least one item, none longer than `longest` bytes.
inline Plan plan_gather(GatherLaunch& launch, std::int64_t count, std::int64_t longest, int multiprocessors) {
  constexpr std::int64_t kBytesPerUnit = 4096;  // at least
  const std::int64_t resident = std::int64_t{multiprocessors} * kBlocksPerMultiprocessor;
  const std::int64_t most = std::max<std::int64_t>(1, longest / kBytesPerUnit);
  launch.item_count = count;
  launch.parts =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(2 * resident / count, 1, std::min<std::int64_t>(most, 1 << 20)));
  launch.units = count * launch.parts;
  return {"gather_rows", grid_of(std::min(launch.units, 8 * resident)), count, 0, 0};
}

}  // namespace tensorcache::cuda
