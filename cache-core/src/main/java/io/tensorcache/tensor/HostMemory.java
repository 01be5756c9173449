package io.tensorcache.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A block of host memory that holds tensor elements, little-endian. It does not own the memory:
 * whoever made it keeps the owner alive while the view is used. Safe for use by several threads
 * that only read.
 * <!-- region: tensor-view, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * ByteBuffer buffer = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
 * HostMemory memory = HostMemory.of(buffer); // shared, not copied
 * TensorSpec spec = TensorSpec.of(DType.FLOAT32, 3, 2);
 * TensorView rows = TensorView.of(spec, memory);
 * TensorView transposed = TensorView.of(spec, new long[] {4, 12}, memory, 0); // byte strides
 * byte[] row = new byte[8];
 * RowCopy.copy(transposed, 1, row); // the second row, made contiguous
 * }</pre>
 */
public abstract non-sealed class HostMemory implements TensorMemory {
  /**
   * Is called by adapters of engines that know more than a {@link ByteBuffer} can say, such as
   * addresses beyond 2 GiB.
   */
  protected HostMemory() {}

  /**
   * Returns the address of the first byte, or 0 when only {@link #slice} can reach the memory (a
   * heap buffer, for example).
   */
  public abstract long address();

  /**
   * Returns a little-endian buffer over {@code length} bytes from {@code offset}. It shares the
   * memory and copies nothing.
   *
   * @throws IndexOutOfBoundsException if the range is not inside this block
   */
  public abstract ByteBuffer slice(long offset, int length);

  /**
   * Returns the memory from index 0 to the capacity of a heap or direct buffer, whose position and
   * limit are ignored. Nothing is copied.
   */
  public static HostMemory of(ByteBuffer buffer) {
    return new OfBuffer(buffer, 0);
  }

  /** Returns the memory of a direct buffer whose native address is known. Nothing is copied. */
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
