package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * The vector every back end hashes when it is loaded: the 8,193 bytes {@code i mod 251}, once as
 * they are at an odd address and once backwards through a stride of -1. The answers come from the
 * reference program.
 */
final class SelfTest {
  private static final int BYTES = 8193;
  private static final long HI = 0xb4dace04881f93c7L;
  private static final long LO = 0xaf2d42d8e738003bL;
  private static final long TORCHCACHE = 2219626991L;

  private SelfTest() {}

  /** What the back end got wrong, or an empty string. Its key material is the default seed's. */
  static String failure(RowHasher hasher) {
    ByteBuffer forward = ByteBuffer.allocateDirect(BYTES + 1);
    ByteBuffer backward = ByteBuffer.allocateDirect(BYTES + 1);
    for (int i = 0; i < BYTES; i++) {
      forward.put(1 + i, (byte) (i % 251));
      backward.put(BYTES - i, (byte) (i % 251));
    }
    String failure = failure(hasher, forward, layout(1, 1));
    return failure.isEmpty() ? failure(hasher, backward, layout(BYTES, -1)) : failure;
  }

  /**
   * What the back end got wrong of rows so short that several share a piece of work, with every
   * other one read.
   */
  static String difference(RowHasher hasher, RowHasher right) {
    int rows = 5;
    ByteBuffer bytes = ByteBuffer.allocateDirect(rows * 128);
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) (i * 37 + i / 128));
    }
    HostMemory memory = HostMemory.of(bytes);
    for (long step = 1; step <= 2; step++) {
      long[] dims = {25};
      long read = RowLayout.readCount(25, step);
      RowLayout layout = new RowLayout(rows, 3, 112, 4, dims, new long[] {4}, step, read);
      long[] key = new long[2 * rows];
      long[] expected = new long[2 * rows];
      hasher.tch1(memory, layout, 7, 11, key);
      right.tch1(memory, layout, 7, 11, expected);
      if (!Arrays.equals(key, expected)) {
        return "keys of short rows, every " + step;
      }
    }
    return "";
  }

  private static RowLayout layout(long firstByte, long stride) {
    return new RowLayout(1, firstByte, BYTES, 1, new long[] {BYTES}, new long[] {stride}, 1, BYTES);
  }

  private static String failure(RowHasher hasher, ByteBuffer bytes, RowLayout layout) {
    long[] key = new long[2];
    long[] sum = new long[1];
    HostMemory memory = HostMemory.of(bytes);
    hasher.tch1(memory, layout, 0, 0, key);
    hasher.torchcache(memory, layout, DType.UINT8, sum);
    if (key[0] != HI || key[1] != LO) {
      return String.format(
          Locale.ROOT, "key %016x%016x instead of %016x%016x", key[0], key[1], HI, LO);
    }
    return sum[0] == TORCHCACHE ? "" : "torchcache hash " + sum[0] + " instead of " + TORCHCACHE;
  }
}
