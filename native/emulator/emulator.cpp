// The scheduler. One fiber (fiber_switch.h) per thread; a few blocks are resident at a time, as on a device. A fiber runs until
// it waits for others or pauses. Which is next is uniformly random in some launches; in others threads or warps have random
// priorities that seldom change, which lets one run far ahead of another (Burckhardt et al., "A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
#include "emulator.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "cuda_emulator.h"
#include "fiber_switch.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// The linker sets these to the bounds of the section of the __shared__ variables.
extern "C" char __start_tensorcache_shared[], __stop_tensorcache_shared[];

namespace emulator {

Index thread_index, block_index, grid_size, block_size;
int planted_fault = 0;

namespace {

constexpr std::size_t kStackBytes = 64 << 10;
constexpr int kWarpThreads = 32;

/// SplitMix64.
struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }
};

struct Store {
  void* to;
  std::uint64_t value;
  int bytes;
};

enum class State { kReady, kWaiting, kDone };
enum class Order { kUniform, kByWarp, kByThread };

struct Block;

struct Fiber {
  Context context;
  char* stack;
  Block* block;
  unsigned thread;
  std::uint64_t priority;
  State state;
  Meeting meeting;
  unsigned mask;
  std::uint64_t value, result;
  int operand;
  std::vector<Store> stores;  // not visible to other threads yet
  void* fake_stack;
};

struct Block {
  unsigned index;
  std::vector<Fiber*> fibers;
  std::vector<Fiber*> ready;
  std::vector<Fiber*> asleep;  // could run, but others go first for a while
  std::size_t done = 0, at_barrier = 0;
  std::vector<char> shared;
};

struct Span {
  const char *begin, *end;
};

/// Stacks, kept between launches.
std::vector<std::unique_ptr<char[]>> all_stacks;
std::vector<char*> free_stacks;
std::vector<std::unique_ptr<Fiber>> all_fibers;
std::vector<Fiber*> free_fibers;

std::vector<Span> readable, writable;
Random random_order{0};
Order order;
Context scheduler;
Fiber* current = nullptr;
Block* loaded = nullptr;  // whose shared memory is in the section
std::string error;
const std::function<void()>* kernel = nullptr;

#if defined(__SANITIZE_ADDRESS__)
void* scheduler_fake_stack;
const void* scheduler_stack;
std::size_t scheduler_stack_bytes;

void leave_for_scheduler(bool forever) {
  __sanitizer_start_switch_fiber(forever ? nullptr : &current->fake_stack, scheduler_stack, scheduler_stack_bytes);
}
void entered_fiber() { __sanitizer_finish_switch_fiber(current->fake_stack, &scheduler_stack, &scheduler_stack_bytes); }
void leave_for_fiber(const Fiber& fiber) { __sanitizer_start_switch_fiber(&scheduler_fake_stack, fiber.stack, kStackBytes); }
void entered_scheduler() { __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr); }
/// The frames of a fiber that never came to its end.
void forget_frames(const char* stack) { __asan_unpoison_memory_region(stack, kStackBytes); }
#else
void forget_frames(const char*) {}
void leave_for_scheduler(bool) {}
void entered_fiber() {}
void leave_for_fiber(const Fiber&) {}
void entered_scheduler() {}
#endif

void make_visible(const Store& store) { std::memcpy(store.to, &store.value, static_cast<std::size_t>(store.bytes)); }

void flush(Fiber& fiber) {
  for (const Store& store : fiber.stores) make_visible(store);
  fiber.stores.clear();
}

void to_scheduler() {
  leave_for_scheduler(false);
  go(current->context, scheduler);
  entered_fiber();
}

/// Stops the launch; the fiber never runs again.
[[noreturn]] void stop(const std::string& what) {
  error = what + " (block " + std::to_string(current->block->index) + ", thread " + std::to_string(current->thread) + ")";
  current->state = State::kWaiting;
  for (;;) to_scheduler();
}

void make_ready(Fiber& fiber) {
  fiber.state = State::kReady;
  fiber.block->ready.push_back(&fiber);
}

void run_fiber() {
  entered_fiber();
  (*kernel)();
  flush(*current);
  current->state = State::kDone;
  current->block->done++;
  leave_for_scheduler(true);
  go(current->context, scheduler);
}

Fiber* new_fiber(Block* block, unsigned thread) {
  if (free_fibers.empty()) {
    all_fibers.push_back(std::make_unique<Fiber>());
    all_stacks.emplace_back(new char[kStackBytes]);
    free_fibers.push_back(all_fibers.back().get());
    free_stacks.push_back(all_stacks.back().get());
  }
  Fiber* fiber = free_fibers.back();
  free_fibers.pop_back();
  fiber->stack = free_stacks.back();
  free_stacks.pop_back();
  forget_frames(fiber->stack);
  prepare(fiber->context, fiber->stack, kStackBytes, run_fiber);
  fiber->block = block;
  fiber->thread = thread;
  fiber->state = State::kReady;
  fiber->stores.clear();
  fiber->fake_stack = nullptr;
  return fiber;
}

void release(Block& block) {
  for (Fiber* fiber : block.fibers) {
    free_stacks.push_back(fiber->stack);
    free_fibers.push_back(fiber);
  }
}

/// New priorities for the threads of one warp; neighbours in the order of a warp run one after another.
void prioritise(Block& block, unsigned thread) {
  const unsigned first = thread / kWarpThreads * kWarpThreads;
  const std::uint64_t of_warp = random_order.next();
  for (unsigned i = first; i < first + kWarpThreads && i < block.fibers.size(); i++) {
    block.fibers[i]->priority = order == Order::kByWarp ? of_warp : random_order.next();
  }
}

void wake_one(Block& block) {
  if (block.asleep.empty()) return;
  std::swap(block.asleep[random_order.below(block.asleep.size())], block.asleep.back());
  make_ready(*block.asleep.back());
  block.asleep.pop_back();
}

/// The place in block.ready of the fiber to run next.
std::size_t choose(Block& block) {
  std::size_t chosen = random_order.below(block.ready.size());
  if (order == Order::kUniform) return chosen;
  if (random_order.one_in(512)) prioritise(block, block.ready[chosen]->thread);
  for (std::size_t i = 0; i < block.ready.size(); i++) {
    if (block.ready[i]->priority > block.ready[chosen]->priority) chosen = i;
  }
  return chosen;
}

std::unique_ptr<Block> new_block(unsigned index, unsigned threads) {
  auto block = std::make_unique<Block>();
  block->index = index;
  for (unsigned thread = 0; thread < threads; thread++) block->fibers.push_back(new_fiber(block.get(), thread));
  block->ready = block->fibers;
  for (unsigned thread = 0; thread < threads; thread += kWarpThreads) prioritise(*block, thread);
  block->shared.resize(static_cast<std::size_t>(__stop_tensorcache_shared - __start_tensorcache_shared));
  for (char& byte : block->shared) byte = static_cast<char>(random_order.next());  // as it is on a device: anything
  return block;
}

void enter(Block* block) {
  if (loaded == block) return;
  if (loaded != nullptr) std::memcpy(loaded->shared.data(), __start_tensorcache_shared, loaded->shared.size());
  if (block != nullptr) std::memcpy(__start_tensorcache_shared, block->shared.data(), block->shared.size());
  loaded = block;
}

void run_one(Block& block) {
  enter(&block);
  const std::size_t chosen = choose(block);
  current = block.ready[chosen];
  block.ready[chosen] = block.ready.back();
  block.ready.pop_back();
  thread_index = {current->thread, 0, 0};
  block_index = {block.index, 0, 0};
  leave_for_fiber(*current);
  go(scheduler, current->context);
  entered_scheduler();
  if (!current->stores.empty() && random_order.one_in(8)) {
    const std::size_t store = random_order.below(current->stores.size());
    make_visible(current->stores[store]);
    current->stores.erase(current->stores.begin() + static_cast<std::ptrdiff_t>(store));
  }
}

/// Releases the threads of the warp if all that were named have come.
void try_warp(Block& block, unsigned warp) {
  Fiber** fibers = block.fibers.data() + warp * kWarpThreads;
  for (int i = 0; i < kWarpThreads; i++) {
    const Fiber& other = *fibers[i];
    if ((current->mask >> i & 1) == 0) continue;
    if (other.state == State::kDone) stop("a warp waits for a thread that has ended");
    if (other.state != State::kWaiting) return;
    if (other.meeting == Meeting::kBlock) return;
    if (other.meeting != current->meeting || other.mask != current->mask) stop("threads of a warp meet at different places");
  }
  for (int i = 0; i < kWarpThreads; i++) {
    if ((current->mask >> i & 1) == 0) continue;
    Fiber& fiber = *fibers[i];
    const int source = fiber.meeting == Meeting::kShuffleXor ? i ^ fiber.operand : fiber.operand;
    fiber.result = fibers[source & 31]->value;
    make_ready(fiber);
  }
}

void try_block(Block& block) {
  if (++block.at_barrier < block.fibers.size()) return;
  block.at_barrier = 0;
  for (Fiber* fiber : block.fibers) make_ready(*fiber);
}

const void* check(const std::vector<Span>& spans, const void* address, int bytes) {
  const char* begin = static_cast<const char*>(address);
  for (const Span& span : spans) {
    if (begin >= span.begin && begin + bytes <= span.end) return address;
  }
  return nullptr;
}

void check_alignment(const void* address, int bytes) {
  if (reinterpret_cast<std::uintptr_t>(address) % static_cast<unsigned>(bytes) != 0)
    stop("an access of " + std::to_string(bytes) + " bytes is not aligned");
}

}  // namespace

void declare_readable(const void* begin, std::size_t bytes) {
  readable.push_back({static_cast<const char*>(begin), static_cast<const char*>(begin) + bytes});
}

void declare_writable(void* begin, std::size_t bytes) {
  writable.push_back({static_cast<const char*>(begin), static_cast<const char*>(begin) + bytes});
}

void forget_memory() {
  readable.clear();
  writable.clear();
}

void check_readable(const void* from, int bytes) {
  check_alignment(from, bytes);
  if (check(readable, from, bytes) == nullptr) stop("a read of " + std::to_string(bytes) + " bytes outside the rows");
  if (random_order.one_in(64)) pause();
}

void check_writable(const void* to, int bytes) {
  check_alignment(to, bytes);
  if (check(writable, to, bytes) == nullptr) stop("a write of " + std::to_string(bytes) + " bytes outside the output");
}

void pause() {
  if (random_order.one_in(16)) {
    current->state = State::kReady;
    current->block->asleep.push_back(current);
  } else {
    make_ready(*current);
  }
  to_scheduler();
}

void fence() {
  flush(*current);
  pause();
}

void store_later(void* to, const void* value, int bytes) {
  Store store{to, 0, bytes};
  std::memcpy(&store.value, value, static_cast<std::size_t>(bytes));
  current->stores.push_back(store);
  pause();
}

void load_pending(void* value, const void* from, int bytes) {
  std::memcpy(value, from, static_cast<std::size_t>(bytes));
  for (const Store& store : current->stores) {
    if (store.to == from) std::memcpy(value, &store.value, static_cast<std::size_t>(bytes));
  }
}

std::uint64_t meet(Meeting meeting, unsigned mask, std::uint64_t value, int operand) {
  current->state = State::kWaiting;
  current->meeting = meeting;
  current->mask = mask;
  current->value = value;
  current->operand = operand;
  if (meeting == Meeting::kBlock) {
    try_block(*current->block);
  } else {
    try_warp(*current->block, current->thread / kWarpThreads);
  }
  to_scheduler();
  return current->result;
}

std::string launch(Grid grid, std::uint64_t seed, const std::function<void()>& call) {
  random_order.state = seed;
  kernel = &call;
  error.clear();
  grid_size = {grid.blocks, 1, 1};
  block_size = {grid.threads, 1, 1};
  std::vector<unsigned> waiting(grid.blocks);
  for (unsigned i = 0; i < grid.blocks; i++) waiting[i] = i;
  const std::size_t most = 1 + random_order.below(4), stay = std::size_t{1} << random_order.below(10);
  order = static_cast<Order>(random_order.below(3));
  std::vector<std::unique_ptr<Block>> resident;
  std::size_t at = 0;
  while (error.empty() && (!resident.empty() || !waiting.empty())) {
    while (resident.size() < most && !waiting.empty()) {
      std::swap(waiting[random_order.below(waiting.size())], waiting.back());
      resident.push_back(new_block(waiting.back(), grid.threads));
      waiting.pop_back();
    }
    if (at >= resident.size() || resident[at]->ready.empty() || random_order.one_in(stay)) {
      at = random_order.below(resident.size());
    }
    Block& block = *resident[at];
    if (random_order.one_in(block.ready.empty() ? 16 : 256)) wake_one(block);
    if (block.ready.empty() && !block.asleep.empty()) continue;
    if (block.ready.empty()) {
      if (block.done < block.fibers.size()) error = "no thread of block " + std::to_string(block.index) + " can go on";
      enter(nullptr);
      release(block);
      resident.erase(resident.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      run_one(block);
    }
  }
  enter(nullptr);
  for (const auto& block : resident) release(*block);
  return error;
}

}  // namespace emulator
