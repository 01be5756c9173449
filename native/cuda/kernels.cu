// The kernels. Each has one struct as its parameter (launch.h) and reads the memory of its rows in place; plan.h chooses the
// kernel and the grid. Register budget: kBlocksPerMultiprocessor blocks of kThreads threads, 80 registers a thread.
#include "gather.cuh"

namespace tensorcache::cuda {

/// What a warp needs to take several rows and finish them side by side.
struct SharedRows {
  SharedKey key;
  std::uint64_t sums[kWarps][32][kSums];  // of each row of the warp
};

struct SharedUnits {
  SharedKey key;
  SharedSums sums;
};

TENSORCACHE_DEVICE const std::uint8_t* row_at(const Input& input, std::int64_t row) {
  return pointer<const std::uint8_t>(input.address) + row * input.row_stride;
}

/// Calls use(row) with the kind of row that these bytes are.
template <class Use>
TENSORCACHE_DEVICE std::uint64_t with_bytes(const std::uint8_t* row, std::int64_t bytes, const Use& use) {
  if (reinterpret_cast<std::uintptr_t>(row) % kChunkBytes == 0) return use(AlignedRow(row, bytes));
  return use(MisalignedRow(row, bytes));
}

/// The same for a row of an input. kStrided: inputs with axes are compiled in.
template <bool kStrided, class Use>
TENSORCACHE_DEVICE std::uint64_t with_row(const Input& input, std::int64_t row, const Use& use) {
  if (kStrided && input.element_bytes != 0) return use(StridedRow(input, row_at(input, row)));
  return with_bytes(row_at(input, row), input.row_bytes, use);
}

/// A warp a row, for rows of few tiles. A warp takes rows_per_warp rows and finishes them side by side, one a thread.
template <bool kStrided>
TENSORCACHE_DEVICE void hash_rows(const BatchLaunch& launch, SharedRows& shared) {
  const Tch1 hash(launch.key, launch.out, shared.key);
  hash.prepare();
  if (!TC_FAULT(1)) __syncthreads();
  const int thread = thread_of_warp(), rows_per_warp = launch.rows_per_warp;
  auto& sums = shared.sums[warp_of_block()];
  const int groups = static_cast<int>((launch.rows + rows_per_warp - 1) / rows_per_warp);
#pragma unroll 1
  for (int i = 0; i < launch.inputs; i++) {
    const Input& input = launch.input[i];
#pragma unroll 1
    for (int group = static_cast<int>(blockIdx.x) * kWarps + warp_of_block(); group < groups;
         group += static_cast<int>(gridDim.x) * kWarps) {
      const std::int64_t first = static_cast<std::int64_t>(group) * rows_per_warp, left = launch.rows - first;
      const int count = left < rows_per_warp ? static_cast<int>(left) : rows_per_warp;
#pragma unroll 1
      for (int row = 0; row < count; row++) {
        const std::uint64_t sum = with_row<kStrided>(
            input, first + row, [&](const auto& source) { return hash.sum(source, 0, Tch1::tiles(input.row_bytes)); });
        if (thread % 8 == 0) sums[row][thread / 8] = sum;
      }
      if (!TC_FAULT(15)) __syncwarp();
      if (thread < count) {
        hash.finish(sums[thread], {input.row_bytes, i * launch.rows + first + thread, {input.t0, input.t1}});
      }
      __syncwarp();  // the next rows write to the same shared memory
    }
  }
}

/// Which input and row a unit of a batch belongs to.
TENSORCACHE_DEVICE int find_unit(const BatchLaunch& launch, std::int64_t number, Unit& unit) {
  int i = launch.inputs - 1;
  while (i > 0 && number < launch.input[i].first_unit) i--;
  const Input& input = launch.input[i];
  const std::int64_t within = number - input.first_unit, row = within / input.parts;
  unit = {within - row * input.parts, input.parts, number, {input.row_bytes, i * launch.rows + row, {input.t0, input.t1}}};
  return i;
}

/// A block a unit, for rows of many tiles.
template <bool kStrided>
TENSORCACHE_DEVICE void hash_units(const BatchLaunch& launch, SharedUnits& shared) {
  const Tch1 hash(launch.key, launch.out, shared.key);
  const Workspace workspace{pointer<std::uint32_t>(launch.counters), pointer<std::uint64_t>(launch.partials)};
  hash.prepare();
  if (!TC_FAULT(1)) __syncthreads();
#pragma unroll 1
  for (std::int64_t number = blockIdx.x; number < launch.units; number += gridDim.x) {
    Unit unit;
    const int i = find_unit(launch, number, unit);
    const Input& input = launch.input[i];
    const std::int64_t row = unit.row.item - i * launch.rows;
    complete_unit(hash, workspace, shared.sums, unit, Tch1::tiles(input.row_bytes), [&](const Range& range) {
      return with_row<kStrided>(input, row,
                                [&](const auto& source) { return hash.sum(source, range.first, range.count); });
    });
  }
}

/// The item of a list that a unit belongs to: the last whose first unit is not beyond it.
TENSORCACHE_DEVICE std::int64_t find_item(const ListItem* items, std::int64_t count, std::int64_t unit) {
  std::int64_t low = 0, high = count;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (items[middle].first_unit <= unit ? low : high) = middle;
  }
  return low;
}

}  // namespace tensorcache::cuda

using namespace tensorcache::cuda;

#define TENSORCACHE_KERNEL extern "C" __global__ void __launch_bounds__(kThreads, kBlocksPerMultiprocessor)

/// Contiguous rows, a warp a row.
TENSORCACHE_KERNEL tch1_rows(const BatchLaunch launch) {
  __shared__ SharedRows shared;
  hash_rows<false>(launch, shared);
}

/// Rows of which some inputs are strided or sampled, a warp a row.
TENSORCACHE_KERNEL tch1_rows_strided(const BatchLaunch launch) {
  __shared__ SharedRows shared;
  hash_rows<true>(launch, shared);
}

/// Contiguous rows, one or more blocks a row.
TENSORCACHE_KERNEL tch1_split(const BatchLaunch launch) {
  __shared__ SharedUnits shared;
  hash_units<false>(launch, shared);
}

/// Rows of which some inputs are strided or sampled, one or more blocks a row.
TENSORCACHE_KERNEL tch1_split_strided(const BatchLaunch launch) {
  __shared__ SharedUnits shared;
  hash_units<true>(launch, shared);
}

/// Pieces of memory of any lengths, one or more blocks a piece.
TENSORCACHE_KERNEL tch1_list(const ListLaunch launch) {
  __shared__ SharedUnits shared;
  const Tch1 hash(launch.key, launch.out, shared.key);
  const Workspace workspace{pointer<std::uint32_t>(launch.counters), pointer<std::uint64_t>(launch.partials)};
  const ListItem* items = pointer<const ListItem>(launch.items);
  hash.prepare();
  if (!TC_FAULT(1)) __syncthreads();
#pragma unroll 1
  for (std::int64_t number = blockIdx.x; number < launch.units; number += gridDim.x) {
    const std::int64_t i = find_item(items, launch.item_count, number);
    const ListItem item = items[i];
    const std::int64_t end = i + 1 < launch.item_count ? items[i + 1].first_unit : launch.units;
    const Unit unit{number - item.first_unit, end - item.first_unit, number, {item.bytes, i, {item.t0, item.t1}}};
    complete_unit(hash, workspace, shared.sums, unit, Tch1::tiles(item.bytes), [&](const Range& range) {
      return with_bytes(pointer<const std::uint8_t>(item.address), item.bytes,
                        [&](const auto& source) { return hash.sum(source, range.first, range.count); });
    });
  }
}

/// torchcache's hash of rows with axes, one or more blocks a row.
TENSORCACHE_KERNEL torchcache_rows(const BatchLaunch launch) {
  __shared__ SharedSums shared;
  const Torchcache hash(launch);
  const Workspace workspace{pointer<std::uint32_t>(launch.counters), pointer<std::uint64_t>(launch.partials)};
#pragma unroll 1
  for (std::int64_t number = blockIdx.x; number < launch.units; number += gridDim.x) {
    Unit unit;
    const int i = find_unit(launch, number, unit);
    const Input& input = launch.input[i];
    const StridedRow row(input, row_at(input, unit.row.item - i * launch.rows));
    complete_unit(hash, workspace, shared, unit, Torchcache::tiles(row.read_count()), [&](const Range& range) {
      return hash.sum(row, input.dtype, range.first, range.count);
    });
  }
}

/// Rows of any lengths from anywhere to anywhere, one or more blocks a row.
TENSORCACHE_KERNEL gather_rows(const GatherLaunch launch) {
  const GatherItem* items = pointer<const GatherItem>(launch.items);
#pragma unroll 1
  for (std::int64_t number = blockIdx.x; number < launch.units; number += gridDim.x) {
    const std::int64_t i = number / launch.parts;
    const GatherItem item = items[i];
    const RowCopy row(pointer<const std::uint8_t>(item.from), pointer<std::uint8_t>(item.to), item.bytes);
    row.copy(part_of(row.chunk_count(), number - (TC_FAULT(22) ? i : i * launch.parts), launch.parts));
  }
}

/// One block of 32 threads: the powers of the evaluation points of a key whose table is on the device.
extern "C" __global__ void __launch_bounds__(32) tch1_prepare_key(Key* key) {
  const int lane = static_cast<int>(threadIdx.x) % tensorcache::tch1::kLanes;
  const int digit = static_cast<int>(threadIdx.x) / tensorcache::tch1::kLanes;
  std::uint64_t base = key->table.r[lane];
  for (int i = 0; i < 4 * digit; i++) base = tensorcache::tch1::multiply(base, base);
  std::uint64_t power = 1;
  for (int i = 0; i < 16; i++) {
    key->power[digit][i][lane] = power;
    power = tensorcache::tch1::multiply(power, base);
  }
}
