package io.tensorcache.store;

import io.tensorcache.config.ByteSize;

/**
 * The files of a durable store.
 * <!-- region: store-size, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * StoreSize size = store.size();
 * ByteSize all = size.bytes(); // what the limit of a store counts
 * }</pre>
 *
 * @param segments files that hold rows
 * @param openSegments those of them without an index: still written, or left by a process that died
 * @param segmentBytes bytes of all segments
 * @param indexBytes bytes of their indexes
 * @param removedBytes bytes of the files that say which rows were removed
 */
public record StoreSize(
    int segments,
    int openSegments,
    ByteSize segmentBytes,
    ByteSize indexBytes,
    ByteSize removedBytes) {
  /** Returns the bytes of all files, which a limit counts. */
  public ByteSize bytes() {
    return ByteSize.ofBytes(segmentBytes.bytes() + indexBytes.bytes() + removedBytes.bytes());
  }
}
