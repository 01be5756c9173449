package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * What launches on one stream need: counters, partial sums, the parameter, and pinned memory for
 * the keys. One launch at a time. Called with the device's context current. Safe for use by several
 * threads.
 */
final class Workspace {
  private static final int STRUCT = 64; // bytes from the pointer to the struct, in one block
  private static final int PARAMETER_BYTES = STRUCT + LaunchStruct.BYTES;
  private static final long KEPT_OUT_BYTES = 8 << 20;
  private static final long SPIN_NANOS = 50_000;

  private final RankedLock lock = new RankedLock(Rank.DEVICE_WORKSPACE);
  private final long stream;
  private final long event;
  private final long parameters;
  private final ByteBuffer parameterBytes;
  private long counters;
  private long counterBytes;
  private long partials;
  private long partialBytes;
  private long out; // pinned, on the host
  private long mappedOut; // the same for the device
  private long outBytes;
  private boolean isClean; // the counters are zero
  private volatile boolean isClosed;

  Workspace(long stream) {
    this.stream = stream;
    this.parameters = Driver.allocatePinned(PARAMETER_BYTES);
    this.parameterBytes = PinnedBlock.bytes(parameters, PARAMETER_BYTES);
    try {
      this.event = Driver.createEvent();
    } catch (RuntimeException | Error e) {
      Driver.freePinned(parameters);
      throw e;
    }
  }

  /** Runs one launch and waits for it; false if this was closed. */
  boolean run(
      long function,
      LaunchPlan plan,
      List<RowsInput> inputs,
      long rows,
      long key,
      int words,
      long[] result,
      int at) {
    try {
      lock.lock();
      if (isClosed) {
        return false;
      }
      provide(plan, words);
      if (!isClean) {
        Driver.fillWithZeros(counters, counterBytes, stream);
      }
      isClean = false; // until the launch is known to have ended well
      parameterBytes.putLong(0, parameters + STRUCT);
      LaunchStruct.write(
          parameterBytes, STRUCT, plan, inputs, rows, key, mappedOut, counters, partials);
      launch(function, plan);
      isClean = true;
      read(result, at, Math.multiplyExact(plan.items(), words));
      if (outBytes > KEPT_OUT_BYTES) {
        freeOut();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void launch(long function, LaunchPlan plan) {
    try {
      Driver.launch(function, plan.blocks(), LaunchPlan.THREADS, stream, parameters);
      Driver.record(event, stream);
      await();
    } catch (DeviceException e) {
      // else it would write to the keys of the next launch, if that is in another stream: one of
      // the same handle, or another thread's that is named per-thread default
      isClosed = !Driver.isSettled(stream);
      throw e;
    }
  }

  private void provide(LaunchPlan plan, int words) {
    if (plan.counterBytes() > counterBytes || counters == 0) {
      long wanted = Math.max(plan.counterBytes(), Math.max(4096, 2 * counterBytes));
      if (counters != 0) {
        Driver.free(counters);
      }
      counters = 0;
      counterBytes = 0;
      isClean = false;
      counters = Driver.allocate(wanted);
      counterBytes = wanted;
    }
    if (plan.partialBytes() > partialBytes || partials == 0) {
      long wanted = Math.max(plan.partialBytes(), Math.max(64 << 10, 2 * partialBytes));
      if (partials != 0) {
        Driver.free(partials);
      }
      partials = 0;
      partialBytes = 0;
      partials = Driver.allocate(wanted);
      partialBytes = wanted;
    }
    long bytes = Math.multiplyExact(plan.items(), Long.BYTES * (long) words);
    if (bytes > outBytes) {
      freeOut();
      long wanted = Math.max(bytes, 4096);
      out = Driver.allocatePinned(wanted);
      mappedOut = Driver.mapped(out);
      outBytes = wanted;
    }
  }

  /** Polls first: a launch on a small batch ends before a thread could sleep and wake. */
  private void await() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < SPIN_NANOS) {
      if (Driver.isDone(event)) {
        return;
      }
      Thread.onSpinWait();
    }
    Driver.await(event);
  }

  private void read(long[] result, int at, long count) {
    int piece = 1 << 26; // of longs: a buffer has at most 2 GiB
    for (long done = 0; done < count; done += piece) {
      int n = (int) Math.min(piece, count - done);
      LongBuffer words = PinnedBlock.bytes(out + Long.BYTES * done, Long.BYTES * n).asLongBuffer();
      words.get(result, (int) (at + done), n);
    }
  }

  private void freeOut() {
    outBytes = 0;
    if (out != 0) {
      Driver.freePinned(out);
      out = 0;
    }
  }

  /** True if this must not be used any more. */
  boolean isClosed() {
    return isClosed;
  }

  /** Frees everything; a thread that has this workspace must take another. */
  void close() {
    try {
      lock.lock();
      isClosed = true;
      freeOut();
      Driver.freePinned(parameters);
      Driver.destroyEvent(event);
      if (counters != 0) {
        Driver.free(counters);
      }
      if (partials != 0) {
        Driver.free(partials);
      }
    } finally {
      lock.unlock();
    }
  }
}
