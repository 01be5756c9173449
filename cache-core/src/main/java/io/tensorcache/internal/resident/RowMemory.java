package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.PoolDriver;

/**
 * Memory for rows on one device, taken and given back in the order of one stream: from the driver's
 * pool, or where it has none from the device itself, and then giving back waits on the host. Called
 * with the context current; guarded by the lock of the {@link ResidentRows}.
 */
final class RowMemory {
  private final boolean hasPool;
  private boolean mayBeIdle; // something was freed since someone waited
  private long stream; // these two are 0 once they are destroyed
  private long event;

  RowMemory(int ordinal) {
    hasPool = PoolDriver.hasPool(ordinal);
    try {
      stream = PoolDriver.createStream();
      event = Driver.createEvent();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The stream in whose order memory comes and goes. */
  long stream() {
    return stream;
  }

  /** Memory that can be used after what is in the stream. */
  long allocate(long byteCount) {
    return hasPool ? PoolDriver.allocate(byteCount, stream) : Driver.allocate(byteCount);
  }

  /** Frees memory after what is in the stream. */
  void free(long address) {
    if (hasPool) {
      PoolDriver.free(address, stream);
      mayBeIdle = true;
    } else {
      await();
      Driver.free(address);
    }
  }

  /** Lets another stream go on only after what is in this one. */
  void precede(long other) {
    Driver.record(event, stream);
    PoolDriver.waitFor(other, event);
  }

  /** Waits until the stream has nothing to do. */
  void await() {
    Driver.record(event, stream);
    Driver.await(event);
  }

  /**
   * Gives the device what was freed, as a pool does when someone waits, unless the program told it
   * to keep that for the next who asks. False if the device has it already.
   */
  boolean trim() {
    if (!mayBeIdle) {
      return false;
    }
    await();
    mayBeIdle = false;
    return true;
  }

  /**
   * Gives everything back once what is in the stream has ended, without waiting for it. If the
   * driver refuses a part, another call tries that again.
   */
  void close() {
    if (stream != 0) {
      PoolDriver.destroyStream(stream);
      stream = 0;
    }
    if (event != 0) {
      Driver.destroyEvent(event);
      event = 0;
    }
  }
}
