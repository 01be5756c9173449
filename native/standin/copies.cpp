// The driver's copies and fills. Pinned memory is read and written when the stream comes to it, any other host memory before
// the call returns, as a driver may do.
#include <cstring>
#include <memory>

#include "standin.h"

using namespace standin;

namespace {

bool is_device_memory(std::uint64_t address, std::size_t bytes) {
  const Allocation* allocation = find(address, bytes);
  return bytes == 0 || (allocation != nullptr && !allocation->pinned);
}

bool is_pinned(const void* address, std::size_t bytes) {
  const Allocation* allocation = find(reinterpret_cast<std::uint64_t>(address), bytes);
  return allocation != nullptr && allocation->pinned;
}

void* at(std::uint64_t address) { return reinterpret_cast<void*>(address); }

Result ready(void* handle, Stream*& stream) {
  const Result code = stream_of(handle, stream);
  return code != kSuccess ? code : stream->capture != kNoCapture ? kCaptureUnsupported : kSuccess;
}

void count(const char* what, std::size_t bytes) { state().counts[what] += static_cast<std::int64_t>(bytes); }

Result upload(std::uint64_t to, const void* from, std::size_t bytes, void* handle) {
  Stream* stream;
  if (const Result code = ready(handle, stream)) return code;
  if (!is_device_memory(to, bytes)) return kInvalidValue;
  count("bytes to device", bytes);
  if (is_pinned(from, bytes)) {
    enqueue(stream, [=] { return std::memcpy(at(to), from, bytes), kSuccess; });
  } else {
    auto staged = std::make_shared<std::string>(static_cast<const char*>(from), bytes);
    enqueue(stream, [=] { return std::memcpy(at(to), staged->data(), bytes), kSuccess; });
  }
  return kSuccess;
}

Result download(std::unique_lock<std::mutex>& lock, void* to, std::uint64_t from, std::size_t bytes, void* handle) {
  Stream* stream;
  if (const Result code = ready(handle, stream)) return code;
  if (!is_device_memory(from, bytes)) return kInvalidValue;
  count("bytes to host", bytes);
  const bool pinned = is_pinned(to, bytes);
  enqueue(stream, [=] { return std::memcpy(to, at(from), bytes), kSuccess; });
  if (!pinned) wait_until_idle(lock, stream);
  return kSuccess;
}

struct Copy2D {
  std::size_t from_x, from_y;
  int from_type;
  const void* from_host;
  std::uint64_t from_device;
  void* from_array;
  std::size_t from_pitch, to_x, to_y;
  int to_type;
  void* to_host;
  std::uint64_t to_device;
  void* to_array;
  std::size_t to_pitch, width, height;
};
static_assert(sizeof(Copy2D) == 128, "CUDA_MEMCPY2D");

}  // namespace

STANDIN_API cuMemcpyHtoDAsync_v2(std::uint64_t to, const void* from, std::size_t bytes, void* stream) {
  STANDIN_ENTER;
  return upload(to, from, bytes, stream);
}

STANDIN_API cuMemcpyHtoD_v2(std::uint64_t to, const void* from, std::size_t bytes) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = upload(to, from, bytes, nullptr)) return failed;
  stream_of(nullptr, stream);
  wait_until_idle(lock, stream);
  return kSuccess;
}

STANDIN_API cuMemcpyDtoHAsync_v2(void* to, std::uint64_t from, std::size_t bytes, void* stream) {
  STANDIN_ENTER;
  return download(lock, to, from, bytes, stream);
}

STANDIN_API cuMemcpyDtoH_v2(void* to, std::uint64_t from, std::size_t bytes) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = download(lock, to, from, bytes, nullptr)) return failed;
  stream_of(nullptr, stream);
  wait_until_idle(lock, stream);
  return kSuccess;
}

STANDIN_API cuMemcpyDtoDAsync_v2(std::uint64_t to, std::uint64_t from, std::size_t bytes, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = ready(handle, stream)) return failed;
  if (!is_device_memory(to, bytes) || !is_device_memory(from, bytes)) return kInvalidValue;
  count("bytes on device", bytes);
  enqueue(stream, [=] { return std::memmove(at(to), at(from), bytes), kSuccess; });
  return kSuccess;
}

STANDIN_API cuMemcpy2DAsync_v2(const Copy2D* given, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = ready(handle, stream)) return failed;
  const Copy2D copy = *given;
  constexpr int kDevice = 2;
  if (copy.from_type != kDevice || copy.to_type != kDevice || copy.from_pitch < copy.width || copy.to_pitch < copy.width ||
      copy.height == 0 || copy.from_x + copy.from_y + copy.to_x + copy.to_y != 0) {
    return kInvalidValue;
  }
  if (!is_device_memory(copy.from_device, (copy.height - 1) * copy.from_pitch + copy.width) ||
      !is_device_memory(copy.to_device, (copy.height - 1) * copy.to_pitch + copy.width)) {
    return kInvalidValue;
  }
  count("bytes on device", copy.width * copy.height);
  enqueue(stream, [=] {
    for (std::size_t i = 0; i < copy.height; i++) {
      std::memcpy(at(copy.to_device + i * copy.to_pitch), at(copy.from_device + i * copy.from_pitch), copy.width);
    }
    return kSuccess;
  });
  return kSuccess;
}

STANDIN_API cuMemsetD8Async(std::uint64_t to, unsigned char value, std::size_t bytes, void* handle) {
  STANDIN_ENTER;
  Stream* stream;
  if (const Result failed = ready(handle, stream)) return failed;
  if (!is_device_memory(to, bytes)) return kInvalidValue;
  enqueue(stream, [=] { return std::memset(at(to), value, bytes), kSuccess; });
  return kSuccess;
}
