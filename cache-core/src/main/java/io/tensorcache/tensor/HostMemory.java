package io.tensorcache.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A block of host memory that holds tensor elements, little-endian. Does not own the memory:
 * whoever made it keeps the owner alive while the view is used. Safe for use by several threads
 * that only read.
 */
public abstract non-sealed class HostMemory implements TensorMemory {
  /**
   * For adapters of engines that know more than a {@link ByteBuffer} can say, such as addresses
   * beyond 2 GiB.
   */
  protected HostMemory() {}

  /**
   * The address of the first byte, or 0 when only {@link #slice} can reach the memory (a heap
   * buffer, for example).
   */
  public abstract long address();

  /**
   * A little-endian buffer over {@code length} bytes from {@code offset}, sharing the memory: no
   * copy.
   *
   * @throws IndexOutOfBoundsException if the range is not inside this block
   */
  public abstract ByteBuffer slice(long offset, int length);

  /**
   * The memory from index 0 to the capacity of a heap or direct buffer; its position and limit are
   * ignored. No copy.
   */
  public static HostMemory of(ByteBuffer buffer) {
    return new OfBuffer(buffer, 0);
  }

  /** The same for a direct buffer whose native address is known. No copy. */
  public static HostMemory of(ByteBuffer buffer, long address) {
    return new OfBuffer(buffer, address);
  }

  private static final class OfBuffer extends HostMemory {
    private final ByteBuffer buffer;
    private final long address;

    OfBuffer(ByteBuffer buffer, long address) {
      this.buffer = buffer.duplicate().clear();
      this.address = address;
    }

    @Override
    public long byteCount() {
      return buffer.capacity();
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      Objects.checkFromIndexSize(offset, length, byteCount());
      return buffer.slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
