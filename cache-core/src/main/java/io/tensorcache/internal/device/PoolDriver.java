package io.tensorcache.internal.device;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The driver's memory pools and streams of our own, with plain addresses for handles as in {@link
 * Driver}. Stateless; safe for use by several threads, each with its own current context.
 */
public final class PoolDriver {
  private static final int MEMORY_POOLS_SUPPORTED = 115;

  public static final int OUT_OF_MEMORY = CUresult.CUDA_ERROR_OUT_OF_MEMORY;

  private PoolDriver() {}

  /** Whether the driver has a pool for this device. */
  public static boolean hasPool(int ordinal) {
    return Driver.attribute(MEMORY_POOLS_SUPPORTED, ordinal) != 0;
  }

  /**
   * Memory that can be used after what is in the stream now, from the current pool of the device: a
   * pool of our own would be the cleaner one, but JCuda 12.6.0 overwrites the Java heap when it
   * makes one.
   */
  public static long allocate(long byteCount, long stream) {
    CUdeviceptr memory = new CUdeviceptr();
    Driver.check(
        "cuMemAllocAsync",
        () -> JCudaDriver.cuMemAllocAsync(memory, byteCount, Driver.stream(stream)));
    return Handles.address(memory);
  }

  /** Frees memory of a pool after what is in the stream now. */
  public static void free(long address, long stream) {
    Driver.check(
        "cuMemFreeAsync",
        () -> JCudaDriver.cuMemFreeAsync(Driver.at(address), Driver.stream(stream)));
  }

  /** Bytes of the current device that nobody has. */
  public static long freeBytes() {
    long[] free = new long[1];
    Driver.check("cuMemGetInfo", () -> JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0];
  }

  /** Bytes of any device; needs no context. */
  static long memoryBytes(int ordinal) {
    long[] bytes = new long[1];
    Driver.check(
        "cuDeviceTotalMem", () -> JCudaDriver.cuDeviceTotalMem(bytes, Driver.device(ordinal)));
    return bytes[0];
  }

  /** Bytes of the current device. */
  public static long totalBytes() {
    long[] total = new long[1];
    Driver.check("cuMemGetInfo", () -> JCudaDriver.cuMemGetInfo(new long[1], total));
    return total[0];
  }

  /** A stream that does not wait for the legacy default stream. */
  public static long createStream() {
    CUstream stream = new CUstream();
    int nonBlocking = 1;
    Driver.check("cuStreamCreate", () -> JCudaDriver.cuStreamCreate(stream, nonBlocking));
    return Handles.address(stream);
  }

  /** What is queued in it still runs. */
  public static void destroyStream(long stream) {
    Driver.check("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(Driver.stream(stream)));
  }

  /** What is queued in the stream later waits for the event as it is recorded now. */
  public static void waitFor(long stream, long event) {
    Driver.check(
        "cuStreamWaitEvent",
        () -> JCudaDriver.cuStreamWaitEvent(Driver.stream(stream), Driver.event(event), 0));
  }
}
