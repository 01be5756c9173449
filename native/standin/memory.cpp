// Device and pinned memory: pages of one large reserved range. An address outside of it belongs to neither; freed pages fault.
#include <sys/mman.h>

#include <cstring>

#include "standin.h"

namespace standin {
namespace {

constexpr std::uint64_t kReserved = std::uint64_t{1} << 40;
constexpr std::uint64_t kPage = 4096;

std::uint64_t reserve() {
  void* range = mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return range == MAP_FAILED ? 0 : reinterpret_cast<std::uint64_t>(range);
}

std::uint64_t pages(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

std::multimap<std::uint64_t, std::uint64_t> recycled;  // addresses by their bytes, of contexts that were reset

/// Fresh, or of a context that was reset; 0 if there is none left.
std::uint64_t take_address(std::uint64_t bytes) {
  static const std::uint64_t begin = reserve();
  static std::uint64_t next = begin;
  const auto again = recycled.find(bytes);
  if (again != recycled.end()) {
    const std::uint64_t address = again->second;
    recycled.erase(again);
    return address;
  }
  if (begin == 0 || next + bytes + kPage > begin + kReserved) return 0;
  const std::uint64_t address = next;
  next += bytes + kPage;  // one page between two allocations belongs to none
  return address;
}

}  // namespace

std::uint64_t allocate(std::size_t bytes, Context* context, bool pinned) {
  static std::uint64_t ids = 0;
  const std::uint64_t address = take_address(pages(bytes));
  if (address == 0 || mprotect(reinterpret_cast<void*>(address), pages(bytes), PROT_READ | PROT_WRITE) != 0) return 0;
  state().memory[address] = {bytes, context, pinned, ++ids, nullptr};
  return address;
}

bool release(std::uint64_t address, bool pinned) {
  auto& memory = state().memory;
  const auto found = memory.find(address);
  if (found == memory.end() || found->second.pinned != pinned) return false;
  void* begin = reinterpret_cast<void*>(address);
  madvise(begin, pages(found->second.bytes), MADV_DONTNEED);
  mprotect(begin, pages(found->second.bytes), PROT_NONE);
  memory.erase(found);
  return true;
}

void release_all(const Context* context) {
  std::set<std::uint64_t> addresses;
  for (const auto& [address, allocation] : state().memory) {
    if (allocation.context == context) addresses.insert(address);
  }
  for (const std::uint64_t address : addresses) {
    const Allocation allocation = state().memory[address];
    if (setting("recycle") != 0) recycled.emplace(pages(allocation.bytes), address);
    release(address, allocation.pinned);
  }
}

std::size_t used_bytes(const Context* context) {
  std::size_t used = idle_bytes(context);
  for (const auto& [begin, allocation] : state().memory) {
    if (allocation.context == context && !allocation.pinned) used += allocation.bytes;
  }
  return used;
}

const Allocation* find(std::uint64_t address, std::size_t bytes, bool queued) {
  const auto& memory = state().memory;
  auto found = memory.upper_bound(address);
  if (found == memory.begin()) return nullptr;
  --found;
  if (address - found->first > found->second.bytes || bytes > found->second.bytes - (address - found->first)) return nullptr;
  if (bytes == 0 && address - found->first == found->second.bytes) return nullptr;
  if (found->second.freed && !queued) return nullptr;
  return &found->second;
}

}  // namespace standin

using namespace standin;

STANDIN_API cuMemAlloc_v2(std::uint64_t* address, std::size_t bytes) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  if (bytes == 0) return kInvalidValue;
  if (used_bytes(context) + bytes > static_cast<std::size_t>(setting("memory"))) return kOutOfMemory;
  *address = allocate(bytes, context);
  return *address == 0 ? kOutOfMemory : kSuccess;
}

STANDIN_API cuMemFree_v2(std::uint64_t address) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  for (const Stream* stream : std::set<Stream*>(state().streams)) {
    if (stream->context == context) wait_until_idle(lock, stream);
  }
  return release(address, false) ? kSuccess : kInvalidValue;
}

STANDIN_API cuMemHostAlloc(void** memory, std::size_t bytes, unsigned) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  if (bytes == 0) return kInvalidValue;
  *memory = reinterpret_cast<void*>(allocate(bytes, context, true));
  return *memory == nullptr ? kOutOfMemory : kSuccess;
}

STANDIN_API cuMemFreeHost(void* memory) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  return release(reinterpret_cast<std::uint64_t>(memory), true) ? kSuccess : kInvalidValue;
}

STANDIN_API cuMemHostGetDevicePointer_v2(std::uint64_t* address, void* memory, unsigned) {
  STANDIN_ENTER;
  *address = reinterpret_cast<std::uint64_t>(memory);
  const Allocation* allocation = find(*address, 1);
  return allocation != nullptr && allocation->pinned ? kSuccess : kInvalidValue;
}

STANDIN_API cuPointerGetAttribute(void* value, int attribute, std::uint64_t address) {
  STANDIN_ENTER;
  const Allocation* allocation = find(address, 1);
  if (allocation == nullptr) return kInvalidValue;
  constexpr int kMemoryType = 2, kBufferId = 7, kDeviceOrdinal = 9, kHost = 1, kDevice = 2;
  if (attribute == kBufferId) return std::memcpy(value, &allocation->id, sizeof allocation->id), kSuccess;
  const int answer = attribute != kMemoryType ? allocation->context->device : allocation->pinned ? kHost : kDevice;
  if (attribute != kMemoryType && attribute != kDeviceOrdinal) return kInvalidValue;
  std::memcpy(value, &answer, sizeof answer);
  return kSuccess;
}
