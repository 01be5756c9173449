// What the parts of the stand-in share. One mutex guards all state; operations of streams run on one thread of their own,
// without it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace standin {

using Result = int;
constexpr Result kSuccess = 0, kInvalidValue = 1, kOutOfMemory = 2, kNotInitialized = 3, kNoDevice = 100, kInvalidDevice = 101,
                 kInvalidImage = 200, kInvalidContext = 201, kInvalidPtx = 218, kUnsupportedPtxVersion = 222,
                 kInvalidHandle = 400, kNotFound = 500, kNotReady = 600, kIllegalAddress = 700, kLaunchOutOfResources = 701,
                 kContextIsDestroyed = 709, kCaptureUnsupported = 900, kCaptureImplicit = 906;

/// The primary context of a device. Its handle stays the same for ever: after a reset the next retain brings it to life again,
/// without anything that it had.
struct Context {
  int device;
  bool active = false;       // from a retain to a reset
  int resets = 0;            // what was made before the last one is gone
  Result sticky = kSuccess;  // what a kernel did that no later call survives
};

/// Complete when the operation that its last record queued has run.
struct Event {
  Context* context;
  std::shared_ptr<bool> complete = std::make_shared<bool>(true);
  bool timed = true;
  std::shared_ptr<std::chrono::steady_clock::time_point> at = std::make_shared<std::chrono::steady_clock::time_point>();
};

struct Operation {
  std::function<bool()> can_start;  // empty: always
  std::function<Result()> run;      // without the mutex
  std::shared_ptr<bool> complete;   // of the event that this operation completes, or null
};

enum Capture { kNoCapture, kCapturing, kCaptureInvalidated };

struct Stream {
  Context* context;
  std::deque<Operation> queue;
  bool running = false, destroyed = false;
  bool blocking = true;  // the legacy default stream waits for it
  Capture capture = kNoCapture;
};

/// A memory pool. What was freed stays its own until someone synchronises, as with a release threshold of 0.
struct Pool {
  std::size_t idle_bytes = 0;
};

struct Allocation {
  std::size_t bytes;
  Context* context;
  bool pinned;       // host memory
  std::uint64_t id;  // of no other allocation, whatever its address
  Pool* pool = nullptr;
  bool freed = false;  // by an operation that is queued
};

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::int64_t> settings;  // control.cpp has the names
  std::map<std::string, std::int64_t> counts;    // calls of each function, bytes of each kind of copy
  std::map<std::string, std::pair<Result, std::int64_t>> faults;
  std::map<std::uint64_t, Allocation> memory;
  std::map<int, Context*> primary;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::string hold_at;       // the function whose next call holds the streams
  std::int64_t fail_in = 0;  // calls until one fails, whatever it is; 0: none
  Result fail_with = kSuccess;
  bool initialised = false, held = false;
};

/// Lives as long as the process.
State& state();

std::int64_t setting(const char* name);

/// The result that a test wants of this function, or success. Counts the call.
Result injected(const char* function);

/// Set while a call is the test's own, as the user's program: none of these fails by its number.
extern thread_local bool by_test;

/// Contexts on this thread's stack.
std::size_t context_depth();

/// The context of this thread, if it can be used.
Result usable(Context*& context);

/// Counts the use of a handle of something that is gone, with which a driver may do anything.
Result dead_handle();

/// The stream of a handle: the legacy default stream for 0 and 1, this thread's default stream for 2. While a blocking stream is
/// being captured the legacy one cannot be used, and what uses it ends the capture.
Result stream_of(void* handle, Stream*& stream);
/// A stream that the driver makes: the legacy one for 0 and 1, that of this thread for 2.
Stream* default_stream(Context* context, std::uintptr_t number);
Result legacy_stream_of(Context* context, Stream*& stream, bool uses);

/// What a call must not do while any stream is being captured, unless this thread said that it knows. Ends the captures.
Result unsafe_while_capturing();

/// Runs the operation after those before it in the stream.
void enqueue(Stream* stream, std::function<Result()> run, Event* event = nullptr, std::function<bool()> can_start = {});
void wait_until_idle(std::unique_lock<std::mutex>& lock, const Stream* stream);
bool is_idle(const Stream* stream);

std::uint64_t allocate(std::size_t bytes, Context* context, bool pinned = false);
bool release(std::uint64_t address, bool pinned);
/// Host memory too. The addresses may be given out again, with setting "recycle".
void release_all(const Context* context);
/// Bytes of device memory that are not free, of a device; what a pool keeps, or will keep, is not.
std::size_t used_bytes(const Context* context);
std::size_t idle_bytes(const Context* context);
/// What a wait of the host does: pools give back what lies idle.
void release_idle_pools();
/// The allocation that holds all these bytes, or null. For the host memory is gone when its free is queued; for what is queued
/// before that it is there.
const Allocation* find(std::uint64_t address, std::size_t bytes, bool queued = false);

/// Bytes of the parameter of a kernel, 0 if there is no such kernel.
std::size_t parameter_bytes(const std::string& kernel);
/// Runs a kernel. Called on the thread of the streams.
Result run_kernel(const std::string& kernel, unsigned blocks, const std::string& parameter, Context* context);

}  // namespace standin

#define STANDIN_API extern "C" __attribute__((visibility("default"))) int
#define STANDIN_UNSAFE_WHILE_CAPTURING \
  if (const standin::Result code = standin::unsafe_while_capturing()) return code
// Every function of the driver begins with this.
#define STANDIN_ENTER                                        \
  std::unique_lock<std::mutex> lock(standin::state().mutex); \
  if (const standin::Result code = standin::injected(__func__)) return code
