package io.tensorcache.tensor;

/**
 * Where the elements of a tensor lie.
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
public sealed interface TensorMemory permits HostMemory, DeviceMemory {
  /** Returns how many bytes this block has. */
  long byteCount();
}
