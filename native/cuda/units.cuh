// Rows split over blocks. A unit is one part of one row and is summed by one block. Of the blocks that share a row, the last to
// arrive adds their partial sums and finishes the row; it leaves the row's counter at zero for the next launch.
#pragma once

#include "hashes.cuh"

namespace tensorcache::cuda {

/// Which row a unit belongs to, and which part of it.
struct Unit {
  std::int64_t part, parts;
  std::int64_t number;  // where its partial sums go
  RowIdentity row;
};

/// What the threads of a block exchange. The unit lies here because its fields would cost registers where they are scarce.
struct SharedSums {
  std::uint64_t of_warp[kWarps][kSums];
  Unit unit;
  bool last_to_arrive;
};

struct Range {
  std::int64_t first, count;
};

/// The part of `count` things, all parts as equal as can be.
TENSORCACHE_DEVICE Range part_of(std::int64_t count, std::int64_t part, std::int64_t parts) {
  const std::int64_t each = count / parts, more = count % parts;
  const std::int64_t first = part * each + (part < more ? part : more);
  return {first, each + (part < more ? 1 : 0)};
}

/// The tiles of a unit that this warp sums.
TENSORCACHE_DEVICE Range tiles_of_warp(std::int64_t tiles, const Unit& unit) {
  const Range block = part_of(tiles, unit.part, unit.parts);
  const Range warp = part_of(block.count, warp_of_block(), kWarps);
  return {block.first + warp.first, warp.count};
}

/// The counters and partial sums of a launch.
struct Workspace {
  std::uint32_t* counters;  // of each item
  std::uint64_t* partials;  // [unit][kSums]

  /// By the threads of warp 0, whose first kSums hold the sums of this block. True for the last block of the row.
  TENSORCACHE_DEVICE bool arrive(const Unit& unit, std::uint64_t sum) const {
    const int thread = thread_of_warp();
    if (thread < kSums) __stcg(partials + unit.number * kSums + thread, sum);
    if (!TC_FAULT(2)) __threadfence();
    if (!TC_FAULT(18)) __syncwarp();
    if (thread != 0) return false;
    std::uint32_t* counter = counters + unit.row.item;
    const auto others = static_cast<std::uint32_t>(unit.parts - 1);
    if (TC_FAULT(3)) return atomicInc(counter, 0xffffffffu) == others;
    if (TC_FAULT(12)) {
      const std::uint32_t before = *counter;
      *counter = before == others ? 0 : before + 1;
      return before == others;
    }
    if (TC_FAULT(10)) return atomicInc(counter, others) == others - 1;
    return atomicInc(counter, others) == others;  // wraps to zero
  }

  /// By all threads of the last block: thread t adds sum t % kSums of every 64th part.
  template <class Hash>
  TENSORCACHE_DEVICE std::uint64_t add_parts(const Unit& unit) const {
    __threadfence();
    const int sum = static_cast<int>(threadIdx.x) % kSums;
    const std::int64_t first = unit.number - unit.part;
    std::uint64_t total = 0;
#pragma unroll 1
    for (std::int64_t part = static_cast<int>(threadIdx.x) / kSums; part < unit.parts; part += kThreads / kSums) {
      const std::uint64_t* partial = partials + (first + part) * kSums + sum;
      total = Hash::add(total, TC_FAULT(13) ? *partial : __ldcg(partial));
    }
#pragma unroll 1
    for (int distance = kSums; distance < 32; distance *= 2) {
      total = Hash::add(total, __shfl_xor_sync(kAllThreads, total, distance));
    }
    return total;
  }
};

/// The sums of all warps, in the first kSums threads of warp 0; the caller has synchronised the block.
template <class Hash>
TENSORCACHE_DEVICE std::uint64_t add_warps(const SharedSums& shared) {
  std::uint64_t total = 0;
  if (threadIdx.x < kSums) {
    for (int warp = 0; warp < kWarps; warp++) total = Hash::add(total, shared.of_warp[warp][threadIdx.x]);
  }
  return total;
}

/// By all threads of warp 0.
template <class Hash>
TENSORCACHE_DEVICE void finish_row(const Hash& hash, std::uint64_t total, const RowIdentity& row) {
  std::uint64_t sums[kSums];
#pragma unroll
  for (int i = 0; i < kSums; i++) sums[i] = __shfl_sync(kAllThreads, total, i);
  if (threadIdx.x == 0) hash.finish(sums, row);
}

/// By all threads of the block: sums its unit with `sum_tiles(range)`, thread t returning sum t / 8 of its warp's range, and
/// finishes the row if that completes it.
template <class Hash, class SumTiles>
TENSORCACHE_DEVICE void complete_unit(const Hash& hash, const Workspace& workspace, SharedSums& shared, const Unit& mine,
                                      std::int64_t tiles, const SumTiles& sum_tiles) {
  const int thread = thread_of_warp();
  if (threadIdx.x == 0) shared.unit = mine;
  const Range range = tiles_of_warp(tiles, mine);
  const std::uint64_t sum = sum_tiles(range);
  if (!TC_FAULT(17)) __syncthreads();
  const Unit& unit = shared.unit;
  const Range again = tiles_of_warp(tiles, unit);
  if (thread % 8 == 0) {
    shared.of_warp[warp_of_block()][thread / 8] = hash.place(sum, tiles - again.first - again.count);
  }
  __syncthreads();
  bool complete = unit.parts == 1;
  if (!complete) {
    if (warp_of_block() == 0) {
      const bool last = workspace.arrive(unit, add_warps<Hash>(shared));
      if (thread == 0) shared.last_to_arrive = last;
    }
    __syncthreads();
    complete = shared.last_to_arrive;
    if (complete) {
      const std::uint64_t total = workspace.add_parts<Hash>(unit);
      if (thread < kSums) shared.of_warp[warp_of_block()][thread] = total;
      __syncthreads();
    }
  }
  if (complete && warp_of_block() == 0) finish_row(hash, add_warps<Hash>(shared), unit.row);
  if (!TC_FAULT(14)) __syncthreads();  // the next unit writes to the same shared memory
}

}  // namespace tensorcache::cuda
