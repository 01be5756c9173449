package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;

/**
 * How large what is measured is.
 *
 * @param scale bytes are divided by this; 1 measures what the targets speak of
 * @param runs of which the median is taken
 */
record Sizes(int scale, int runs) {
  private static final long MEMORY_BYTES = 1L << 30;
  private static final long ROW_ELEMENTS = 3 * 224 * 224;
  static final int ROWS = 32;
  static final int WEIGHTS = 200;

  private long scaled(long count) {
    return Math.max(1, count / scale);
  }

  /** Bytes of random inputs to go through: more than the cache of any device. */
  long memoryBytes() {
    return Math.max(256, MEMORY_BYTES / scale / 256 * 256);
  }

  /** Bytes of one copy. */
  long copyBytes() {
    return scaled(256 << 20);
  }

  /** Elements of each tensor of a model of 1 GB. */
  long weightElements() {
    return scaled(1_000_000_000L / WEIGHTS / Float.BYTES);
  }

  /** The batch whose keys are looked up. */
  TensorSpec images(DType dtype) {
    return scale == 1
        ? TensorSpec.of(dtype, ROWS, 3, 224, 224)
        : TensorSpec.of(dtype, ROWS, scaled(ROW_ELEMENTS));
  }

  /** 4096 rows of 2 KiB. */
  TensorSpec shortRows() {
    return TensorSpec.of(DType.FLOAT32, Math.max(32, scaled(4096)), 512);
  }

  /** One row of 38.5 MB. */
  TensorSpec longRow() {
    return TensorSpec.of(DType.FLOAT32, 1, scaled(2 * ROWS * ROW_ELEMENTS));
  }

  /** What the function makes of a batch: rows of 100 KiB. */
  TensorSpec features() {
    return TensorSpec.of(DType.FLOAT32, ROWS, scaled(100 * 1024 / Float.BYTES));
  }

  /** Batches of an epoch. */
  int batches() {
    return Math.max(4, 32 / scale);
  }
}
