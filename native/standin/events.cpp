// The driver's events and streams; what runs in streams: streams.cpp.
#include <chrono>

#include "standin.h"

using namespace standin;

STANDIN_API cuEventCreate(Event** event, unsigned flags) {
  STANDIN_ENTER;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  constexpr unsigned kDisableTiming = 2;
  *event = new Event{context};
  (*event)->timed = (flags & kDisableTiming) == 0;
  state().events.insert(*event);
  return kSuccess;
}

STANDIN_API cuEventDestroy_v2(Event* event) {
  STANDIN_ENTER;
  return state().events.erase(event) == 1 ? kSuccess : dead_handle();  // its memory stays: an operation may still complete it
}

STANDIN_API cuEventRecord(Event* event, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  if (state().events.count(event) == 0) return dead_handle();
  if (event->context != stream->context) return kInvalidHandle;
  const auto at = event->at;
  const auto run = [at] {
    *at = std::chrono::steady_clock::now();
    return kSuccess;
  };
  enqueue(stream, run, event);
  return kSuccess;
}

STANDIN_API cuEventElapsedTime(float* millis, Event* begin, Event* end) {
  STANDIN_ENTER;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  for (Event* event : {begin, end}) {
    if (state().events.count(event) == 0) return dead_handle();
    if (!event->timed) return kInvalidHandle;
    if (!*event->complete) return kNotReady;
  }
  *millis = std::chrono::duration<float, std::milli>(*end->at - *begin->at).count();
  return kSuccess;
}

STANDIN_API cuEventQuery(Event* event) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  if (state().events.count(event) == 0) return dead_handle();
  return *event->complete ? kSuccess : kNotReady;
}

STANDIN_API cuEventSynchronize(Event* event) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  if (state().events.count(event) == 0) return dead_handle();
  const std::shared_ptr<bool> complete = event->complete;
  state().changed.wait(lock, [&] { return *complete; });
  release_idle_pools();
  Context* context;
  return usable(context);
}

STANDIN_API cuStreamCreate(Stream** stream, unsigned flags) {
  STANDIN_ENTER;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  constexpr unsigned kNonBlocking = 1;
  *stream = new Stream{context, {}};
  (*stream)->blocking = (flags & kNonBlocking) == 0;
  state().streams.insert(*stream);
  return kSuccess;
}

STANDIN_API cuStreamDestroy_v2(Stream* stream) {
  STANDIN_ENTER;
  if (state().streams.count(stream) == 0 || stream->destroyed) return dead_handle();
  stream->destroyed = true;  // what is queued still runs
  if (is_idle(stream)) state().streams.erase(stream);
  return kSuccess;
}

STANDIN_API cuStreamSynchronize(void* handle) {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  wait_until_idle(lock, stream);
  release_idle_pools();
  return stream->context->sticky;
}

STANDIN_API cuCtxSynchronize() {
  STANDIN_ENTER;
  STANDIN_UNSAFE_WHILE_CAPTURING;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  for (const Stream* stream : std::set<Stream*>(state().streams)) {
    if (stream->context == context) wait_until_idle(lock, stream);
  }
  release_idle_pools();
  return context->sticky;
}

STANDIN_API cuStreamWaitEvent(void* handle, Event* event, unsigned) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = stream_of(handle, stream)) return failed;
  if (state().events.count(event) == 0) return dead_handle();
  const std::shared_ptr<bool> complete = event->complete;  // what is recorded later does not count
  enqueue(
      stream, [] { return kSuccess; }, nullptr, [complete] { return *complete; });
  return kSuccess;
}

STANDIN_API cuStreamIsCapturing(void* handle, int* status) {
  STANDIN_ENTER;
  Context* context;
  if (const Result failed = usable(context)) return failed;
  Stream* stream;
  const bool legacy = reinterpret_cast<std::uintptr_t>(handle) <= 1;
  if (const Result failed = legacy ? legacy_stream_of(context, stream, false) : stream_of(handle, stream)) return failed;
  *status = stream->capture;
  return kSuccess;
}
