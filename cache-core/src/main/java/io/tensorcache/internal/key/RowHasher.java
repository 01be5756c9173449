package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;

/**
 * One back end with the key material it was made for. Arguments were checked by the caller. Safe
 * for use by several threads.
 */
interface RowHasher {
  /** For the log and {@code description()}, for example {@code NATIVE (avx2)}. */
  String name();

  /**
   * The TCH1 key of every row: {@code out[2 i]} the upper half, {@code out[2 i + 1]} the lower.
   * Reads the memory in place; keeps nothing.
   */
  void tch1(HostMemory memory, RowLayout layout, long t0, long t1, long[] out);

  /** torchcache's 64-bit hash of every row. Reads the memory in place; keeps nothing. */
  void torchcache(HostMemory memory, RowLayout layout, DType dtype, long[] out);
}
