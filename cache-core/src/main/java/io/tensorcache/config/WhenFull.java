package io.tensorcache.config;

/**
 * What a full tier does with a new entry.
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
public enum WhenFull {
  /** Makes room by dropping what was used least recently. It suits working sets that change. */
  EVICT,
  /** Keeps what it has and admits nothing more. It suits epochs over data that does not fit. */
  KEEP_FIRST
}
