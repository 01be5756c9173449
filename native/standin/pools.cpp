// The driver's memory pool of each device. What it hands out can be used after the allocation in its stream, and holds garbage
// then; what is given back is gone when the stream comes to it, so that an access that is not ordered before faults.
#include <algorithm>
#include <cstring>

#include "standin.h"

using namespace standin;

namespace {

std::map<int, Pool> pools;  // the default one of each device

constexpr Result kNotSupported = 801;

/// What an allocation can take again in the order of the stream: idle, or freed by what is queued.
std::size_t reusable_bytes(const Pool* pool) {
  std::size_t sum = pool->idle_bytes;
  for (const auto& [address, allocation] : state().memory)
    sum += allocation.freed && allocation.pool == pool ? allocation.bytes : 0;
  return sum;
}

}  // namespace

namespace standin {

std::size_t idle_bytes(const Context* context) { return pools[context->device].idle_bytes; }

void release_idle_pools() {
  for (auto& [device, pool] : pools) pool.idle_bytes = 0;
}

}  // namespace standin

STANDIN_API cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  STANDIN_ENTER;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  *total = static_cast<std::size_t>(setting("memory"));
  *free = *total - std::min(*total, used_bytes(context));
  return kSuccess;
}

STANDIN_API cuDeviceTotalMem_v2(std::size_t* bytes, int device) {
  STANDIN_ENTER;
  if (device < 0 || device >= setting("devices")) return kInvalidDevice;
  *bytes = static_cast<std::size_t>(setting("memory"));
  return kSuccess;
}

STANDIN_API cuMemAllocAsync(std::uint64_t* address, std::size_t bytes, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  if (stream->capture != kNoCapture) return kCaptureUnsupported;
  if (setting("pools") == 0) return kNotSupported;
  Pool* pool = &pools[stream->context->device];
  if (bytes == 0) return kInvalidValue;
  const std::size_t taken_again = std::min(bytes, reusable_bytes(pool));
  if (used_bytes(stream->context) + bytes - taken_again > static_cast<std::size_t>(setting("memory"))) return kOutOfMemory;
  *address = allocate(bytes, stream->context);
  if (*address == 0) return kOutOfMemory;
  state().memory[*address].pool = pool;
  pool->idle_bytes -= std::min(bytes, pool->idle_bytes);
  void* begin = reinterpret_cast<void*>(*address);
  enqueue(stream, [=] { return std::memset(begin, 0xDB, bytes), kSuccess; });
  return kSuccess;
}

STANDIN_API cuMemFreeAsync(std::uint64_t address, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  if (stream->capture != kNoCapture) return kCaptureUnsupported;
  const auto found = state().memory.find(address);
  if (found == state().memory.end() || found->second.context != stream->context || found->second.pinned || found->second.freed)
    return kInvalidValue;
  found->second.freed = true;
  Pool* pool = found->second.pool;
  const std::size_t bytes = found->second.bytes;
  enqueue(stream, [=] {
    const std::lock_guard<std::mutex> in_order(state().mutex);
    if (release(address, false) && pool != nullptr) pool->idle_bytes += bytes;
    return kSuccess;
  });
  return kSuccess;
}
