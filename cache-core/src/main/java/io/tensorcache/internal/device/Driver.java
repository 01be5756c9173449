package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.util.Set;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUmodule;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The functions of the driver that are used, with plain addresses for handles. Every result code
 * goes through {@link #check}. Stateless; safe for use by several threads, each with its own
 * current context.
 */
public final class Driver {
  static final int NOT_READY = CUresult.CUDA_ERROR_NOT_READY;
  private static final int PINNED_FLAGS =
      JCudaDriver.CU_MEMHOSTALLOC_PORTABLE | JCudaDriver.CU_MEMHOSTALLOC_DEVICEMAP;
  private static final int EVENT_FLAGS = 0x1 | 0x2; // CU_EVENT_BLOCKING_SYNC, _DISABLE_TIMING

  /** What the driver says of an address where nothing is, or of a context that is not active. */
  private static final Set<Integer> NO_SUCH_BLOCK =
      Set.of(
          CUresult.CUDA_ERROR_INVALID_VALUE,
          CUresult.CUDA_ERROR_INVALID_CONTEXT,
          CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED);

  private Driver() {}

  /** The one place where a result code becomes an exception. */
  static void check(String function, int code) {
    if (code == CUresult.CUDA_SUCCESS) {
      return;
    }
    String name = CUresult.stringFor(code);
    throw new DeviceException(function + " of the CUDA driver: " + name + " (" + code + ")", code);
  }

  static void check(String function, IntSupplier call) {
    check(function, ResultCode.of(call));
  }

  static void init() {
    check("cuInit", () -> JCudaDriver.cuInit(0));
  }

  /** 12060 for CUDA 12.6. */
  static int version() {
    int[] version = new int[1];
    check("cuDriverGetVersion", () -> JCudaDriver.cuDriverGetVersion(version));
    return version[0];
  }

  static int deviceCount() {
    int[] count = new int[1];
    check("cuDeviceGetCount", () -> JCudaDriver.cuDeviceGetCount(count));
    return count[0];
  }

  static CUdevice device(int ordinal) {
    CUdevice device = new CUdevice();
    check("cuDeviceGet", () -> JCudaDriver.cuDeviceGet(device, ordinal));
    return device;
  }

  static String deviceName(int ordinal) {
    byte[] name = new byte[256];
    check("cuDeviceGetName", () -> JCudaDriver.cuDeviceGetName(name, name.length, device(ordinal)));
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, java.nio.charset.StandardCharsets.UTF_8);
  }

  static int attribute(int attribute, int ordinal) {
    int[] value = new int[1];
    check(
        "cuDeviceGetAttribute",
        () -> JCudaDriver.cuDeviceGetAttribute(value, attribute, device(ordinal)));
    return value[0];
  }

  static long retainPrimary(int ordinal) {
    CUcontext context = new CUcontext();
    check(
        "cuDevicePrimaryCtxRetain",
        () -> JCudaDriver.cuDevicePrimaryCtxRetain(context, device(ordinal)));
    return Handles.address(context);
  }

  static void push(long context) {
    check(
        "cuCtxPushCurrent",
        () -> JCudaDriver.cuCtxPushCurrent(Handles.set(new CUcontext(), context)));
  }

  static void pop() {
    check("cuCtxPopCurrent", () -> JCudaDriver.cuCtxPopCurrent(new CUcontext()));
  }

  static long loadModule(byte[] image) {
    CUmodule module = new CUmodule();
    check("cuModuleLoadData", () -> JCudaDriver.cuModuleLoadData(module, image));
    return Handles.address(module);
  }

  static long function(long module, String name) {
    CUfunction function = new CUfunction();
    check(
        "cuModuleGetFunction",
        () -> JCudaDriver.cuModuleGetFunction(function, Handles.set(new CUmodule(), module), name));
    return Handles.address(function);
  }

  /** Launches; {@code parameters} is the address of the array of the addresses of parameters. */
  public static void launch(long function, int blocks, int threads, long stream, long parameters) {
    check(
        "cuLaunchKernel",
        () ->
            JCudaDriver.cuLaunchKernel(
                Handles.set(new CUfunction(), function),
                blocks,
                1,
                1,
                threads,
                1,
                1,
                0,
                stream(stream),
                Handles.set(new Pointer(), parameters),
                null));
  }

  public static long allocate(long byteCount) {
    CUdeviceptr memory = new CUdeviceptr();
    check("cuMemAlloc", () -> JCudaDriver.cuMemAlloc(memory, byteCount));
    return Handles.address(memory);
  }

  public static void free(long address) {
    check("cuMemFree", () -> JCudaDriver.cuMemFree(at(address)));
  }

  /** Host memory that devices reach. */
  static long allocatePinned(long byteCount) {
    Pointer memory = new Pointer();
    check("cuMemHostAlloc", () -> JCudaDriver.cuMemHostAlloc(memory, byteCount, PINNED_FLAGS));
    return Handles.address(memory);
  }

  static void freePinned(long address) {
    check("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(host(address)));
  }

  /** Where the current device finds pinned memory. */
  public static long mapped(long pinned) {
    CUdeviceptr address = new CUdeviceptr();
    check(
        "cuMemHostGetDevicePointer",
        () -> JCudaDriver.cuMemHostGetDevicePointer(address, host(pinned), 0));
    return Handles.address(address);
  }

  public static void copyToDevice(long to, long from, long byteCount, long stream) {
    check(
        "cuMemcpyHtoDAsync",
        () -> JCudaDriver.cuMemcpyHtoDAsync(at(to), host(from), byteCount, stream(stream)));
  }

  public static void copyToHost(long to, long from, long byteCount, long stream) {
    check(
        "cuMemcpyDtoHAsync",
        () -> JCudaDriver.cuMemcpyDtoHAsync(host(to), at(from), byteCount, stream(stream)));
  }

  static void copyOnDevice(long to, long from, long byteCount, long stream) {
    check(
        "cuMemcpyDtoDAsync",
        () -> JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), byteCount, stream(stream)));
  }

  /**
   * Copies {@code count} pieces of {@code width} bytes, {@code pitch} bytes apart, to one block.
   */
  static void gatherOnDevice(long to, long from, long pitch, long width, long count, long stream) {
    CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
    copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.srcDevice = at(from);
    copy.srcPitch = pitch;
    copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.dstDevice = at(to);
    copy.dstPitch = width;
    copy.WidthInBytes = width;
    copy.Height = count;
    check("cuMemcpy2DAsync", () -> JCudaDriver.cuMemcpy2DAsync(copy, stream(stream)));
  }

  static void fillWithZeros(long address, long byteCount, long stream) {
    check(
        "cuMemsetD8Async",
        () -> JCudaDriver.cuMemsetD8Async(at(address), (byte) 0, byteCount, stream(stream)));
  }

  public static long createEvent() {
    CUevent event = new CUevent();
    check("cuEventCreate", () -> JCudaDriver.cuEventCreate(event, EVENT_FLAGS));
    return Handles.address(event);
  }

  /** An event that keeps the time at which it was reached. */
  static long createTimedEvent() {
    CUevent event = new CUevent();
    check("cuEventCreate", () -> JCudaDriver.cuEventCreate(event, 0x1)); // CU_EVENT_BLOCKING_SYNC
    return Handles.address(event);
  }

  /** Milliseconds between two timed events that are complete. */
  static float millisBetween(long begin, long end) {
    float[] millis = new float[1];
    check(
        "cuEventElapsedTime",
        () -> JCudaDriver.cuEventElapsedTime(millis, event(begin), event(end)));
    return millis[0];
  }

  public static void destroyEvent(long event) {
    check("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(event(event)));
  }

  public static void record(long event, long stream) {
    check("cuEventRecord", () -> JCudaDriver.cuEventRecord(event(event), stream(stream)));
  }

  public static boolean isDone(long event) {
    int code = ResultCode.of(() -> JCudaDriver.cuEventQuery(event(event)));
    if (code == NOT_READY) {
      return false;
    }
    check("cuEventQuery", code);
    return true;
  }

  public static void await(long event) {
    check("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(event(event)));
  }

  static void synchronize(long stream) {
    check("cuStreamSynchronize", () -> JCudaDriver.cuStreamSynchronize(stream(stream)));
  }

  /**
   * Waits for what is in a stream, whose owner may have destroyed it meanwhile; false if nobody can
   * say when that ends.
   */
  static boolean isSettled(long stream) {
    return ResultCode.of(() -> JCudaDriver.cuStreamSynchronize(stream(stream)))
            == CUresult.CUDA_SUCCESS
        || ResultCode.of(JCudaDriver::cuCtxSynchronize) == CUresult.CUDA_SUCCESS;
  }

  /**
   * Also true for the legacy default stream while any blocking stream of the context is captured.
   */
  static boolean isCapturing(long stream) {
    int[] status = new int[1];
    int code = ResultCode.of(() -> JCudaDriver.cuStreamIsCapturing(stream(stream), status));
    if (code == CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT) {
      return true;
    }
    check("cuStreamIsCapturing", code);
    return status[0] != 0;
  }

  /** What this thread may do while a stream is captured; returns what it might before. */
  static int exchangeCaptureMode(int mode) {
    int[] modes = {mode};
    check(
        "cuThreadExchangeStreamCaptureMode",
        () -> JCudaDriver.cuThreadExchangeStreamCaptureMode(modes));
    return modes[0];
  }

  /** The device whose memory this address is, or -1 if it is not device memory. */
  static int deviceOf(long address) {
    int[] value = new int[1];
    Pointer to = Pointer.to(value);
    int type = CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
    int code = ResultCode.of(() -> JCudaDriver.cuPointerGetAttribute(to, type, at(address)));
    if (code == CUresult.CUDA_ERROR_INVALID_VALUE) {
      return -1;
    }
    check("cuPointerGetAttribute", code);
    if (value[0] != CUmemorytype.CU_MEMORYTYPE_DEVICE) {
      return -1;
    }
    int ordinal = CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL;
    check(
        "cuPointerGetAttribute", () -> JCudaDriver.cuPointerGetAttribute(to, ordinal, at(address)));
    return value[0];
  }

  /** The number of the block at an address, which no other block of the process has; or 0. */
  static long bufferId(long address) {
    long[] value = new long[1];
    int id = CUpointer_attribute.CU_POINTER_ATTRIBUTE_BUFFER_ID;
    Pointer to = Pointer.to(value);
    int code = ResultCode.of(() -> JCudaDriver.cuPointerGetAttribute(to, id, at(address)));
    if (NO_SUCH_BLOCK.contains(code)) {
      return 0;
    }
    check("cuPointerGetAttribute", code);
    return value[0];
  }

  static CUdeviceptr at(long address) {
    return Handles.set(new CUdeviceptr(), address);
  }

  private static Pointer host(long address) {
    return Handles.set(new Pointer(), address);
  }

  static CUevent event(long address) {
    return Handles.set(new CUevent(), address);
  }

  static CUstream stream(long address) {
    return Handles.set(new CUstream(), address);
  }
}
