package io.tensorcache.config;

/**
 * How entries outside the Java heap are compressed.
 * <!-- region: cache-options, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .heap(ByteSize.ofMiB(64))
 *         .offHeap(ByteSize.ofMiB(16)) // takes what leaves the heap tier
 *         .whenFull(WhenFull.EVICT)
 *         .compression(Compression.NONE)
 *         .build();
 * }</pre>
 */
public enum Compression {
  /** Entries are stored as they are. */
  NONE,
  /** LZ4 is tried on each entry and kept when it saves at least 5 % of the bytes. */
  LZ4
}
