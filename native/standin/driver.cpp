// The driver's devices, contexts and modules, as the CUDA driver documents them.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "standin.h"

using namespace standin;

namespace {

thread_local std::deque<Context*> contexts;  // the stack of this thread

struct Module {
  Context* context;
  int resets;        // of the context, when it was loaded
  std::string text;  // empty: not PTX
};

struct Function {
  Module* module;
  std::string name;
};

/// The default streams of each context: the legacy one, and that of each thread.
std::map<Context*, std::map<std::thread::id, Stream*>> default_streams;

constexpr std::uintptr_t kLegacy = 1, kPerThread = 2;

enum CaptureMode { kGlobal, kThreadLocal, kRelaxed };
thread_local int capture_mode = kGlobal;

Context* primary_of(int device) {
  Context*& context = state().primary[device];
  if (context == nullptr) {
    context = new Context{device};
  }
  return context;
}

bool is_context(const Context* context) {
  return std::any_of(state().primary.begin(), state().primary.end(), [&](const auto& each) { return each.second == context; });
}

Result initialised() { return state().initialised ? kSuccess : kNotInitialized; }

bool is_device(int device) { return device >= 0 && device < setting("devices"); }

Result accept_image(const char* image, std::string& text) {
  constexpr std::uint32_t kFatbin = 0xBA55ED50;
  std::uint32_t magic;
  std::memcpy(&magic, image, sizeof magic);
  if (magic == kFatbin) return kSuccess;
  text = image;
  const std::size_t at = text.find("\n.version ");
  if (at == std::string::npos) return kInvalidPtx;
  int major = 0, minor = 0;
  std::sscanf(text.c_str() + at, "\n.version %d.%d", &major, &minor);
  const std::int64_t driver = setting("driver");
  return major > driver / 1000 - 4 ? kUnsupportedPtxVersion : kSuccess;  // CUDA 12 takes PTX up to 8, 13 up to 9
}

}  // namespace

namespace standin {

std::int64_t setting(const char* name) {
  static const std::map<std::string, std::int64_t> defaults{
      {"devices", 1}, {"driver", 13000}, {"memory", std::int64_t{1} << 30}, {"emulated tiles", 4096}, {"wrong", 0}, {"pools", 1},
      {"recycle", 0}, {"left", 0}};
  const auto& settings = state().settings;
  const auto found = settings.find(name);
  return found != settings.end() ? found->second : defaults.at(name);
}

thread_local bool by_test = false;

std::size_t context_depth() { return contexts.size(); }

Result injected(const char* function) {
  std::string name = function;
  if (name.size() > 3 && name.compare(name.size() - 3, 3, "_v2") == 0) name.resize(name.size() - 3);
  state().counts[name]++;
  if (name == state().hold_at) {
    state().held = true;
    state().hold_at.clear();
  }
  constexpr Result kDeinitialized = 4;
  if (!by_test && setting("left") != 0) return kDeinitialized;
  // a context is always popped: nothing else could be expected of the caller
  if (!by_test && state().fail_in > 0 && name != "cuCtxPopCurrent" && --state().fail_in == 0) return state().fail_with;
  const auto fault = state().faults.find(name);
  if (fault == state().faults.end() || fault->second.second == 0) return kSuccess;
  fault->second.second--;
  return fault->second.first;
}

Result usable(Context*& context) {
  if (const Result code = initialised()) return code;
  if (contexts.empty()) return kInvalidContext;
  context = contexts.back();
  return context->active ? context->sticky : kContextIsDestroyed;
}

Result unsafe_while_capturing() {
  if (by_test || capture_mode == kRelaxed) return kSuccess;
  Result result = kSuccess;
  for (Stream* stream : state().streams) {
    if (stream->capture != kCapturing) continue;
    stream->capture = kCaptureInvalidated;
    result = kCaptureUnsupported;
  }
  return result;
}

Result dead_handle() {
  state().counts["dead handles"]++;
  return kInvalidHandle;
}

Result legacy_stream_of(Context* context, Stream*& stream, bool uses) {
  Result result = kSuccess;
  for (Stream* other : state().streams) {
    if (other->context != context || !other->blocking || other->capture != kCapturing) continue;
    if (uses) other->capture = kCaptureInvalidated;
    result = kCaptureImplicit;
  }
  stream = default_stream(context, kLegacy);
  return result;
}

Stream* default_stream(Context* context, std::uintptr_t number) {
  Stream*& stream = default_streams[context][number <= kLegacy ? std::thread::id() : std::this_thread::get_id()];
  if (stream == nullptr) {
    stream = new Stream{context, {}};
    state().streams.insert(stream);
  }
  return stream;
}

Result stream_of(void* handle, Stream*& stream) {
  Context* context;
  if (const Result code = usable(context)) return code;
  const auto number = reinterpret_cast<std::uintptr_t>(handle);
  if (number <= kLegacy) return legacy_stream_of(context, stream, true);
  if (number == kPerThread) {
    stream = default_stream(context, number);
    return kSuccess;
  }
  stream = static_cast<Stream*>(handle);
  if (state().streams.count(stream) == 0 || stream->destroyed) return dead_handle();
  return stream->context == context ? kSuccess : kInvalidHandle;
}

}  // namespace standin

STANDIN_API cuInit(unsigned) {
  STANDIN_ENTER;
  if (setting("devices") == 0) return kNoDevice;
  state().initialised = true;
  return kSuccess;
}

STANDIN_API cuDriverGetVersion(int* version) {
  STANDIN_ENTER;
  *version = static_cast<int>(setting("driver"));
  return kSuccess;
}

STANDIN_API cuGetErrorName(int code, const char** name) {
  static const std::map<int, const char*> names{{kInvalidValue, "CUDA_ERROR_INVALID_VALUE"},
                                                {kOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY"},
                                                {kNoDevice, "CUDA_ERROR_NO_DEVICE"},
                                                {kInvalidPtx, "CUDA_ERROR_INVALID_PTX"},
                                                {kLaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"},
                                                {kIllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS"},
                                                {kContextIsDestroyed, "CUDA_ERROR_CONTEXT_IS_DESTROYED"},
                                                {kInvalidHandle, "CUDA_ERROR_INVALID_HANDLE"}};
  const auto found = names.find(code);
  *name = found == names.end() ? nullptr : found->second;
  return found == names.end() ? kInvalidValue : kSuccess;
}

STANDIN_API cuGetErrorString(int code, const char** text) { return cuGetErrorName(code, text); }

STANDIN_API cuDeviceGetCount(int* count) {
  STANDIN_ENTER;
  if (const Result failed = initialised()) return failed;
  *count = static_cast<int>(setting("devices"));
  return kSuccess;
}

STANDIN_API cuDeviceGet(int* device, int ordinal) {
  STANDIN_ENTER;
  if (const Result failed = initialised()) return failed;
  *device = ordinal;
  return is_device(ordinal) ? kSuccess : kInvalidDevice;
}

STANDIN_API cuDeviceGetName(char* name, int length, int device) {
  STANDIN_ENTER;
  if (!is_device(device)) return kInvalidDevice;
  std::snprintf(name, static_cast<std::size_t>(length), "Stand-in %d", device);
  return kSuccess;
}

STANDIN_API cuDeviceGetAttribute(int* value, int attribute, int device) {
  STANDIN_ENTER;
  if (!is_device(device)) return kInvalidDevice;
  constexpr int kMemoryPools = 115;
  if (attribute == kMemoryPools) return *value = setting("pools") != 0, kSuccess;
  static const std::map<int, int> values{{16, 2}, {19, 1}, {41, 1}, {75, 9}, {76, 0}};
  const auto found = values.find(attribute);
  if (found == values.end()) return kInvalidValue;
  *value = found->second;
  return kSuccess;
}

STANDIN_API cuDevicePrimaryCtxRetain(Context** context, int device) {
  STANDIN_ENTER;
  if (const Result failed = initialised()) return failed;
  if (!is_device(device)) return kInvalidDevice;
  *context = primary_of(device);
  (*context)->active = true;
  return (*context)->sticky;
}

STANDIN_API cuDevicePrimaryCtxRelease_v2(int device) {
  STANDIN_ENTER;
  return is_device(device) ? kSuccess : kInvalidDevice;
}

STANDIN_API cuDevicePrimaryCtxReset_v2(int device) {
  STANDIN_ENTER;
  if (!is_device(device)) return kInvalidDevice;
  Context* context = primary_of(device);
  for (Stream* stream : std::set<Stream*>(state().streams)) {
    if (stream->context != context) continue;
    wait_until_idle(lock, stream);
    state().streams.erase(stream);  // their memory stays: a handle must not be another's
  }
  for (Event* event : std::set<Event*>(state().events)) {
    if (event->context == context) state().events.erase(event);
  }
  default_streams.erase(context);
  release_all(context);
  release_idle_pools();
  context->active = false;
  context->sticky = kSuccess;
  context->resets++;
  return kSuccess;
}

STANDIN_API cuCtxPushCurrent_v2(Context* context) {
  STANDIN_ENTER;
  if (!is_context(context)) return kInvalidContext;
  contexts.push_back(context);  // also of one that is not active
  return kSuccess;
}

STANDIN_API cuCtxPopCurrent_v2(Context** context) {
  STANDIN_ENTER;
  if (contexts.empty()) return kInvalidContext;
  *context = contexts.back();
  contexts.pop_back();
  return kSuccess;
}

STANDIN_API cuCtxGetCurrent(Context** context) {
  STANDIN_ENTER;
  *context = contexts.empty() ? nullptr : contexts.back();
  return kSuccess;
}

STANDIN_API cuModuleLoadData(Module** module, const char* image) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  std::string text;
  if (const Result failed = accept_image(image, text)) return failed;
  *module = new Module{context, context->resets, text};
  return kSuccess;
}

STANDIN_API cuThreadExchangeStreamCaptureMode(int* mode) {
  STANDIN_ENTER;
  if (*mode < kGlobal || *mode > kRelaxed) return kInvalidValue;
  std::swap(*mode, capture_mode);
  return kSuccess;
}

STANDIN_API cuModuleUnload(Module*) {
  STANDIN_ENTER;
  return kSuccess;
}

STANDIN_API cuModuleGetFunction(Function** function, Module* module, const char* name) {
  STANDIN_ENTER;
  if (module->resets != module->context->resets) return dead_handle();
  if (parameter_bytes(name) == 0) return kNotFound;
  if (!module->text.empty() && module->text.find(std::string(".entry ") + name + "(") == std::string::npos) return kNotFound;
  *function = new Function{module, name};
  return kSuccess;
}

STANDIN_API cuLaunchKernel(Function* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y,
                           unsigned threads_z, unsigned shared, void* handle, void** parameters, void** extra) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  if (stream->capture != kNoCapture) return kCaptureUnsupported;
  if (function->module->resets != function->module->context->resets) return dead_handle();
  const unsigned expected = function->name == "tch1_prepare_key" ? 32 : 256;
  if (x == 0 || y != 1 || z != 1 || threads != expected || threads_y != 1 || threads_z != 1 || shared != 0 || extra != nullptr ||
      function->module->context != stream->context) {
    return kInvalidValue;
  }
  const std::string name = function->name, parameter(static_cast<char*>(parameters[0]), parameter_bytes(name));
  Context* context = stream->context;
  enqueue(stream, [=] { return run_kernel(name, x, parameter, context); });
  return kSuccess;
}
