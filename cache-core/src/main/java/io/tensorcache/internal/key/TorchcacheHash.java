package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorView;
import java.util.EnumSet;
import java.util.Set;

/**
 * The hash of torchcache 0.6, bit for bit, for comparison and migration. It confuses different
 * rows; see KEY.md. Stateless; safe for use by several threads.
 */
public final class TorchcacheHash {
  /** Elements read per row unless said otherwise. */
  public static final int DEFAULT_SAMPLES_PER_ROW = 10_000;

  private static final Set<DType> SUPPORTED =
      EnumSet.of(
          DType.BOOL,
          DType.UINT8,
          DType.INT8,
          DType.INT16,
          DType.INT32,
          DType.INT64,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT32,
          DType.FLOAT64);

  private TorchcacheHash() {}

  /**
   * The 64-bit hash of every row of a batch. Reads the tensor in place; copies nothing.
   *
   * @param samplesPerRow at most about this many elements of a row are read; 0 for 10,000
   * @throws IllegalArgumentException if the dtype is not supported or samplesPerRow is negative
   */
  public static long[] hashes(TensorView batch, int samplesPerRow) {
    checkSupported(batch.spec().dtype());
    RowKeys.checkSamples(samplesPerRow);
    long elements = batch.spec().row().elementCount();
    RowLayout layout = RowLayout.of(batch, step(elements, samplesPerRow));
    long[] hashes = new long[layout.rows()];
    if (!(batch.memory() instanceof HostMemory memory)) {
      throw new IllegalArgumentException("memory is " + batch.memory() + ": must be HostMemory");
    }
    new JavaRowHasher(KeyMaterial.of(null))
        .torchcache(memory, layout, batch.spec().dtype(), hashes);
    return hashes;
  }

  static long step(long elements, int samplesPerRow) {
    return RowKeys.stepFor(elements, samplesPerRow == 0 ? DEFAULT_SAMPLES_PER_ROW : samplesPerRow);
  }

  static void checkSupported(DType dtype) {
    if (!SUPPORTED.contains(dtype)) {
      throw new IllegalArgumentException(unsupported(dtype));
    }
  }

  static String unsupported(DType dtype) {
    return "torchcache's hash is not defined for " + dtype + ": use one of " + SUPPORTED;
  }
}
