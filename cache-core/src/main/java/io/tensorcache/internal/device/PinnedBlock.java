package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Host memory that devices copy to and from without the driver's staging. Close it to give it back;
 * a copy that is under way then may still read it. Confined to one thread.
 */
public final class PinnedBlock implements AutoCloseable {
  private final PinnedPool pool;
  private final long address;
  private final long capacity;
  private final long event;
  private long byteCount;
  private boolean isAbandoned;

  PinnedBlock(PinnedPool pool, long address, long capacity, long event) {
    this.pool = pool;
    this.address = address;
    this.capacity = capacity;
    this.event = event;
  }

  /** On the host. */
  public long address() {
    return address;
  }

  /** Bytes that were asked for. */
  public long byteCount() {
    return byteCount;
  }

  /** A little-endian buffer over a part; shares the memory. Not to be used after close. */
  public ByteBuffer slice(long offset, int length) {
    Objects.checkFromIndexSize(offset, length, byteCount);
    return bytes(address + offset, length);
  }

  /** A little-endian buffer over host memory at an address. */
  static ByteBuffer bytes(long address, int length) {
    if (length == 0) {
      return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
    }
    return new Block(address, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  long capacity() {
    return capacity;
  }

  /** Recorded after each copy or launch that reads or writes this. */
  public long event() {
    return event;
  }

  /**
   * Queues what uses this block in a stream, and the event after it. If that fails, nothing of it
   * is under way when this returns. Called with the context current.
   *
   * @throws DeviceException if the driver refuses
   */
  public void use(long stream, Runnable queueing) {
    try {
      queueing.run();
      Driver.record(event, stream);
    } catch (RuntimeException | Error e) {
      settle(stream);
      throw e;
    }
  }

  /** Waits on the host for what was queued and has no event. */
  private void settle(long stream) {
    if (!Driver.isSettled(stream)) {
      isAbandoned = true; // never used again: what uses it may end at any time
    }
  }

  PinnedBlock use(long bytes) {
    byteCount = bytes;
    return this;
  }

  @Override
  public void close() {
    if (!isAbandoned) {
      pool.giveBack(this);
    }
  }

  private static final class Block extends BytePointer {
    Block(long address, int length) {
      super((Pointer) null);
      this.address = address;
      capacity(length);
    }
  }
}
