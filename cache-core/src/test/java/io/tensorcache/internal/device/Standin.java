package io.tensorcache.internal.device;

import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorView;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steers the stand-in for the CUDA driver, and plays the program whose memory the cache reads; see
 * {@code native/standin/control.cpp}.
 */
public final class Standin {
  private static final AtomicInteger CONTEXTS = new AtomicInteger();

  static {
    System.load(System.getProperty("tc.standin"));
  }

  private Standin() {}

  /** Settings, faults and counts as at the start. */
  public static native void reset();

  /** See control.cpp for the names. */
  public static native void set(String name, long value);

  /** The next calls of a function give this result and do nothing. */
  public static native void fail(String function, int result, long calls);

  /** The call of this number from now on, of any function, gives this result and does nothing. */
  public static native void failCall(long number, int result);

  /** Calls until one fails; 0 if none will. */
  public static native long callsToFailure();

  /**
   * How many there are of "events", "streams", "non-blocking streams", and "contexts" on this
   * thread's stack; or bytes of "pinned" memory, or that the "pool" of any device handed out.
   */
  public static native long live(String what);

  /** Waits until no stream has anything to do. */
  public static native void settle();

  /** Calls of a function, or bytes of a kind of copy, since the last reset. */
  public static native long count(String what);

  /** While held, streams do not go on. */
  public static native void hold(boolean held);

  /** Holds streams from the next call of this function on. */
  public static native void holdAt(String function);

  /** What is in memory now, whatever its stream has still to do. */
  public static void peek(TensorView view, byte[] bytes) {
    read(-1, ((DeviceMemory) view.memory()).address(), bytes);
  }

  /** Device memory; 0 if there is none left. */
  public static native long allocate(int device, long bytes);

  public static native void free(int device, long address);

  /** Frees without waiting for the device. */
  public static native void drop(long address);

  public static native long stream(int device);

  /** What is queued in it still runs. */
  public static native void destroyStream(long stream);

  /** Begins or ends a capture in global mode, on another thread of the user's. */
  public static native void capture(long stream, boolean capturing);

  /** False too after something ended the capture. */
  public static native boolean isCapturing(long stream);

  /** Destroys the context of a device, its streams and memory, as its owner may at any time. */
  public static void destroyContext(int device) {
    CONTEXTS.incrementAndGet();
    destroyPrimary(device);
  }

  private static native void destroyPrimary(int device);

  /** Changes whenever a context was destroyed. */
  static int contexts() {
    return CONTEXTS.get();
  }

  /** Destroys the context, and lets the next use of a device open everything anew. */
  public static void restart(int device) {
    destroyContext(device);
    Devices.forget();
  }

  /** Fills memory in the order of the stream, some time later. */
  public static native void write(long stream, long address, byte[] bytes);

  /** What is in memory after everything in the stream; now for stream -1. */
  public static native void read(long stream, long address, byte[] bytes);

  /** Bytes of device memory in use. */
  public static native long allocated();

  static native long[] layout();

  public static native long[] planGather(long count, long longest, int multiprocessors);

  static native long[] plan(
      boolean torchcache, long rows, long[] rowBytes, int elementBytes, int multiprocessors);
}
