package io.tensorcache.internal.device;

/**
 * Memory for rows on one device, taken and given back in the order of one stream: from a pool of
 * the driver, or where it has none from the device itself, and then giving back waits on the host.
 * Called with the context current; guarded by the lock of the {@link ResidentRows}.
 */
final class RowMemory {
  private final long pool; // 0 if the driver has none
  private final long stream = PoolDriver.createStream();
  private final long event = Driver.createEvent();

  RowMemory(int ordinal) {
    this.pool = PoolDriver.createPool(ordinal);
  }

  /** The stream in whose order memory comes and goes. */
  long stream() {
    return stream;
  }

  /** Memory that can be used after what is in the stream. */
  long allocate(long byteCount) {
    return pool == 0 ? Driver.allocate(byteCount) : PoolDriver.allocate(byteCount, pool, stream);
  }

  /** Frees memory after what is in the stream. */
  void free(long address) {
    if (pool != 0) {
      PoolDriver.free(address, stream);
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

  /** Gives the device what was freed; waits for it. */
  void trim() {
    if (pool != 0) {
      await();
      PoolDriver.trimPool(pool);
    }
  }

  /** Gives everything back once what is in the stream has ended, without waiting for it. */
  void close() {
    if (pool != 0) {
      PoolDriver.destroyPool(pool);
    }
    PoolDriver.destroyStream(stream);
    Driver.destroyEvent(event);
  }
}
