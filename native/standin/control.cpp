// How a Java test steers the stand-in, and plays the program that owns the device memory: the natives of
// io.tensorcache.internal.device.Standin.
//
// Settings: devices, driver (13000 for 13.0), memory (bytes of a device), emulated tiles (larger launches are the CPU's), wrong
// (1: every launch gets a wrong first result), pools (0: memory pools are not supported), recycle (1: memory of a context that
// is reset is given out again at the same addresses), left (1: the driver has left, as it does before the process ends).
#include <jni.h>
#include <algorithm>

#include <cstring>
#include <vector>

#include "plan.h"
#include "standin.h"

using namespace standin;
using namespace tensorcache::cuda;

extern "C" {
int cuInit(unsigned);
int cuDevicePrimaryCtxRetain(Context** context, int device);
int cuDevicePrimaryCtxReset_v2(int device);
int cuCtxPushCurrent_v2(Context* context);
int cuCtxPopCurrent_v2(Context** context);
int cuMemAlloc_v2(std::uint64_t* address, std::size_t bytes);
int cuMemFree_v2(std::uint64_t address);
int cuStreamCreate(Stream** stream, unsigned);
int cuStreamDestroy_v2(Stream* stream);
}

#define CONTROL(type, name) \
  extern "C" __attribute__((visibility("default"))) type JNICALL Java_io_tensorcache_internal_device_Standin_##name

namespace {

std::string text(JNIEnv* env, jstring given) {
  const char* bytes = env->GetStringUTFChars(given, nullptr);
  std::string copy = bytes;
  env->ReleaseStringUTFChars(given, bytes);
  return copy;
}

/// The stream of a handle, of the context that an address belongs to.
Stream* stream_for(jlong handle, jlong address) {
  if (handle > 2) return reinterpret_cast<Stream*>(handle);
  return default_stream(find(static_cast<std::uint64_t>(address), 1)->context, static_cast<std::uintptr_t>(handle));
}

struct ByTest {
  ByTest() { by_test = true; }
  ~ByTest() { by_test = false; }
};

/// Calls with the device's context; what the user's own engine would do.
template <class Call>
void with_device(int device, Call call) {
  const ByTest own;
  Context *context, *popped;
  cuInit(0);
  if (cuDevicePrimaryCtxRetain(&context, device) != kSuccess || cuCtxPushCurrent_v2(context) != kSuccess) return;
  call();
  cuCtxPopCurrent_v2(&popped);
}

}  // namespace

/// Everything as at the start, but memory, streams and contexts.
CONTROL(void, reset)(JNIEnv*, jclass) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().settings.clear();
  state().faults.clear();
  state().counts.clear();
  state().fail_in = 0;
  state().held = false;
  state().hold_at.clear();
  state().changed.notify_all();
}

CONTROL(void, set)(JNIEnv* env, jclass, jstring name, jlong value) {
  const std::string key = text(env, name);
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().settings[key] = value;
}

/// The next calls of this function give this result and do nothing.
CONTROL(void, fail)(JNIEnv* env, jclass, jstring function, jint result, jlong calls) {
  const std::string key = text(env, function);
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().faults[key] = {result, calls};
}

/// The call of this number from now on, of any function, gives this result and does nothing.
CONTROL(void, failCall)(JNIEnv*, jclass, jlong number, jint result) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().fail_in = number;
  state().fail_with = result;
}

/// Calls until one fails; 0 if none will.
CONTROL(jlong, callsToFailure)(JNIEnv*, jclass) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().fail_in;
}

/// How many there are of "events", "streams", "non-blocking streams", "contexts" of this thread, and bytes of "pinned" memory and
/// of what the "pool" of any device handed out.
CONTROL(jlong, live)(JNIEnv* env, jclass, jstring what) {
  const std::string kind = text(env, what);
  const std::lock_guard<std::mutex> lock(state().mutex);
  if (kind == "events") return static_cast<jlong>(state().events.size());
  if (kind == "streams") return static_cast<jlong>(state().streams.size());
  if (kind == "contexts") return static_cast<jlong>(context_depth());
  if (kind == "non-blocking streams") {
    return std::count_if(state().streams.begin(), state().streams.end(), [](const Stream* each) { return !each->blocking; });
  }
  if (kind != "pinned" && kind != "pool") {
    env->ThrowNew(env->FindClass("java/lang/IllegalArgumentException"), kind.c_str());
    return 0;
  }
  std::size_t bytes = 0;
  for (const auto& [address, allocation] : state().memory) {
    bytes += (kind == "pinned" ? allocation.pinned : allocation.pool != nullptr) ? allocation.bytes : 0;
  }
  return static_cast<jlong>(bytes);
}

/// Waits until no stream has anything to do.
CONTROL(void, settle)(JNIEnv*, jclass) {
  std::unique_lock<std::mutex> lock(state().mutex);
  for (const Stream* stream : std::set<Stream*>(state().streams)) wait_until_idle(lock, stream);
}

/// Calls of a function since the last reset; or "bytes to device", "bytes to host", "bytes on device", "dead handles".
CONTROL(jlong, count)(JNIEnv* env, jclass, jstring what) {
  const std::string key = text(env, what);
  const std::lock_guard<std::mutex> lock(state().mutex);
  return state().counts[key];
}

/// While held, streams do not go on.
CONTROL(void, hold)(JNIEnv*, jclass, jboolean held) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().held = held != JNI_FALSE;
  state().changed.notify_all();
}

/// Holds them from the next call of a function on.
CONTROL(void, holdAt)(JNIEnv* env, jclass, jstring function) {
  const std::string key = text(env, function);
  const std::lock_guard<std::mutex> lock(state().mutex);
  state().hold_at = key;
}

CONTROL(jlong, allocate)(JNIEnv*, jclass, jint device, jlong bytes) {
  std::uint64_t address = 0;
  with_device(device, [&] { cuMemAlloc_v2(&address, static_cast<std::size_t>(bytes)); });
  return static_cast<jlong>(address);
}

CONTROL(void, free)(JNIEnv*, jclass, jint device, jlong address) {
  with_device(device, [&] { cuMemFree_v2(static_cast<std::uint64_t>(address)); });
}

/// Frees memory without waiting for what the device does with it: no driver does that, a program's own pool does.
CONTROL(void, drop)(JNIEnv*, jclass, jlong address) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  release(static_cast<std::uint64_t>(address), false);
}

CONTROL(jlong, stream)(JNIEnv*, jclass, jint device) {
  Stream* stream = nullptr;
  with_device(device, [&] { cuStreamCreate(&stream, 0); });
  return reinterpret_cast<jlong>(stream);
}

CONTROL(void, destroyStream)(JNIEnv*, jclass, jlong stream) {
  const ByTest own;
  cuStreamDestroy_v2(reinterpret_cast<Stream*>(stream));
}

/// plan_gather: parts and blocks.
CONTROL(jlongArray, planGather)(JNIEnv* env, jclass, jlong count, jlong longest, jint multiprocessors) {
  GatherLaunch launch{};
  const Plan plan = plan_gather(launch, count, longest, multiprocessors);
  const jlong numbers[] = {launch.parts, plan.blocks};
  jlongArray array = env->NewLongArray(2);
  env->SetLongArrayRegion(array, 0, 2, numbers);
  return array;
}

/// As with cudaStreamCaptureModeGlobal, on a thread of the user's.
CONTROL(void, capture)(JNIEnv*, jclass, jlong stream, jboolean capturing) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  reinterpret_cast<Stream*>(stream)->capture = capturing ? kCapturing : kNoCapture;
}

/// False too after something ended the capture.
CONTROL(jboolean, isCapturing)(JNIEnv*, jclass, jlong stream) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  return reinterpret_cast<Stream*>(stream)->capture == kCapturing;
}

CONTROL(void, destroyPrimary)(JNIEnv*, jclass, jint device) {
  const ByTest own;
  cuDevicePrimaryCtxReset_v2(device);
}

/// Fills memory as a kernel of the user's would: in the stream's order, some time later.
CONTROL(void, write)(JNIEnv* env, jclass, jlong stream, jlong address, jbyteArray bytes) {
  std::string copy(static_cast<std::size_t>(env->GetArrayLength(bytes)), 0);
  env->GetByteArrayRegion(bytes, 0, env->GetArrayLength(bytes), reinterpret_cast<jbyte*>(copy.data()));
  const std::lock_guard<std::mutex> lock(state().mutex);
  enqueue(stream_for(stream, address),
          [=] { return std::memcpy(reinterpret_cast<void*>(address), copy.data(), copy.size()), kSuccess; });
}

/// Waits for the stream, if it is not -1, and copies what lies there then.
CONTROL(void, read)(JNIEnv* env, jclass, jlong stream, jlong address, jbyteArray bytes) {
  std::unique_lock<std::mutex> lock(state().mutex);
  if (stream >= 0) wait_until_idle(lock, stream_for(stream, address));
  env->SetByteArrayRegion(bytes, 0, env->GetArrayLength(bytes), reinterpret_cast<const jbyte*>(address));
}

/// Bytes of device memory in use, of all devices.
CONTROL(jlong, allocated)(JNIEnv*, jclass) {
  const std::lock_guard<std::mutex> lock(state().mutex);
  std::size_t sum = 0;
  for (const auto& [address, allocation] : state().memory) sum += allocation.pinned || allocation.freed ? 0 : allocation.bytes;
  return static_cast<jlong>(sum);
}

/// plan.h for inputs of these row lengths: kernel (0 to 4), blocks, counters, partials, rows per warp, units, parts of each.
CONTROL(jlongArray, plan)
(JNIEnv* env, jclass, jboolean torchcache, jlong rows, jlongArray row_bytes, jint element_bytes, jint multiprocessors) {
  BatchLaunch launch{};
  launch.rows = rows;
  launch.inputs = env->GetArrayLength(row_bytes);
  std::vector<jlong> bytes(static_cast<std::size_t>(launch.inputs));
  env->GetLongArrayRegion(row_bytes, 0, launch.inputs, bytes.data());
  for (std::size_t i = 0; i < bytes.size(); i++) {
    launch.input[i].row_bytes = bytes[i];
    launch.input[i].element_bytes = element_bytes;
  }
  const Plan plan = torchcache ? plan_torchcache(launch, multiprocessors) : plan_tch1(launch, multiprocessors);
  const std::vector<std::string> kernels{"tch1_rows", "tch1_rows_strided", "tch1_split", "tch1_split_strided", "torchcache_rows"};
  jlong kernel = 0;
  while (kernels[static_cast<std::size_t>(kernel)] != plan.kernel) kernel++;
  std::vector<jlong> numbers{kernel, plan.blocks, plan.counters, plan.partials, launch.rows_per_warp, launch.units};
  for (int i = 0; i < launch.inputs; i++) numbers.push_back(launch.input[i].parts);
  jlongArray array = env->NewLongArray(static_cast<jsize>(numbers.size()));
  env->SetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
  return array;
}

/// What launch.h says, for the test of the Java side's offsets.
CONTROL(jlongArray, layout)(JNIEnv* env, jclass) {
  const std::vector<jlong> numbers{sizeof(Key),
                                   offsetof(Key, power),
                                   sizeof(tensorcache::tch1::KeyTable),
                                   sizeof(BatchLaunch),
                                   offsetof(BatchLaunch, key),
                                   offsetof(BatchLaunch, out),
                                   offsetof(BatchLaunch, counters),
                                   offsetof(BatchLaunch, partials),
                                   offsetof(BatchLaunch, rows),
                                   offsetof(BatchLaunch, units),
                                   offsetof(BatchLaunch, inputs),
                                   offsetof(BatchLaunch, rows_per_warp),
                                   offsetof(BatchLaunch, input),
                                   sizeof(Input),
                                   offsetof(Input, address),
                                   offsetof(Input, row_stride),
                                   offsetof(Input, row_bytes),
                                   offsetof(Input, t0),
                                   offsetof(Input, t1),
                                   offsetof(Input, first_unit),
                                   offsetof(Input, step),
                                   offsetof(Input, parts),
                                   offsetof(Input, element_bytes),
                                   offsetof(Input, axes),
                                   offsetof(Input, dtype),
                                   offsetof(Input, dims),
                                   offsetof(Input, strides),
                                   kThreads,
                                   kWarps,
                                   kBlocksPerMultiprocessor,
                                   kMaxInputs,
                                   kMaxAxes,
                                   kTorchcacheElements,
                                   kWordsPerPartial,
                                   tensorcache::tch1::kTileBytes};
  jlongArray array = env->NewLongArray(static_cast<jsize>(numbers.size()));
  env->SetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
  return array;
}
