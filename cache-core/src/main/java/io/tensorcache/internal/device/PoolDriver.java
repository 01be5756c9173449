package io.tensorcache.internal.device;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemAllocationHandleType;
import jcuda.driver.CUmemAllocationType;
import jcuda.driver.CUmemLocation;
import jcuda.driver.CUmemLocationType;
import jcuda.driver.CUmemPoolProps;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The driver's memory pools and streams of our own, with plain addresses for handles as in {@link
 * Driver}. Stateless; safe for use by several threads, each with its own current context.
 */
final class PoolDriver {
  static final int OUT_OF_MEMORY = CUresult.CUDA_ERROR_OUT_OF_MEMORY;

  private PoolDriver() {}

  /** A pool of this device, or 0 if the driver has none for it. */
  static long createPool(int ordinal) {
    CUmemPoolProps properties = new CUmemPoolProps();
    properties.allocType = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED;
    properties.handleTypes = CUmemAllocationHandleType.CU_MEM_HANDLE_TYPE_NONE;
    properties.location = new CUmemLocation();
    properties.location.type = CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE;
    properties.location.id = ordinal;
    CUmemoryPool pool = new CUmemoryPool();
    int code = JCudaDriver.cuMemPoolCreate(pool, properties);
    if (code == CUresult.CUDA_ERROR_NOT_SUPPORTED) {
      return 0;
    }
    Driver.check("cuMemPoolCreate", code);
    return Handles.address(pool);
  }

  /** What it handed out stays until it is freed. */
  static void destroyPool(long pool) {
    Driver.check("cuMemPoolDestroy", JCudaDriver.cuMemPoolDestroy(pool(pool)));
  }

  /** Gives the device what is free in the pool. */
  static void trimPool(long pool) {
    Driver.check("cuMemPoolTrimTo", JCudaDriver.cuMemPoolTrimTo(pool(pool), 0));
  }

  /** Memory that can be used after what is in the stream now. */
  static long allocate(long byteCount, long pool, long stream) {
    CUdeviceptr memory = new CUdeviceptr();
    Driver.check(
        "cuMemAllocFromPoolAsync",
        JCudaDriver.cuMemAllocFromPoolAsync(memory, byteCount, pool(pool), Driver.stream(stream)));
    return Handles.address(memory);
  }

  /** Frees memory of a pool after what is in the stream now. */
  static void free(long address, long stream) {
    Driver.check(
        "cuMemFreeAsync", JCudaDriver.cuMemFreeAsync(Driver.at(address), Driver.stream(stream)));
  }

  /** Bytes of the current device that nobody has. */
  static long freeBytes() {
    long[] free = new long[1];
    Driver.check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0];
  }

  /** Bytes of any device; needs no context. */
  static long memoryBytes(int ordinal) {
    long[] bytes = new long[1];
    int code = JCudaDriver.cuDeviceTotalMem(bytes, Driver.device(ordinal));
    Driver.check("cuDeviceTotalMem", code);
    return bytes[0];
  }

  /** Bytes of the current device. */
  static long totalBytes() {
    long[] total = new long[1];
    Driver.check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(new long[1], total));
    return total[0];
  }

  /** A stream that does not wait for the legacy default stream. */
  static long createStream() {
    CUstream stream = new CUstream();
    int nonBlocking = 1;
    Driver.check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, nonBlocking));
    return Handles.address(stream);
  }

  /** What is queued in it still runs. */
  static void destroyStream(long stream) {
    Driver.check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(Driver.stream(stream)));
  }

  /** What is queued in the stream later waits for the event as it is recorded now. */
  static void waitFor(long stream, long event) {
    Driver.check(
        "cuStreamWaitEvent",
        JCudaDriver.cuStreamWaitEvent(Driver.stream(stream), Driver.event(event), 0));
  }

  private static CUmemoryPool pool(long address) {
    return Handles.set(new CUmemoryPool(), address);
  }
}
