package io.tensorcache.config;

/**
 * When the durable store asks the operating system to put what was written on the disk itself. A
 * process that dies, also by kill -9, loses nothing of what was written under any policy; these
 * differ when the machine loses power or the operating system fails.
 * <!-- region: store-options, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .store(
 *             store ->
 *                 store
 *                     .directory(directory) // the files lie in directory/features
 *                     .limit(ByteSize.ofGiB(1))
 *                     .sync(SyncPolicy.EVERY_WRITE) // a loss of power costs nothing
 *                     .whenBusy(WhenBusy.DECLINE) // no call waits for the disk
 *                     .timeToLive(Duration.ofDays(30)))
 *         .build();
 * }</pre>
 */
public enum SyncPolicy {
  /**
   * It asks after each group of writes: what is acknowledged survives a loss of power. This is the
   * slowest.
   */
  EVERY_WRITE,
  /**
   * It asks at most one interval after a write, after some tens of mebibytes, and when flushed: a
   * loss of power costs one interval.
   */
  INTERVAL,
  /**
   * It asks when a segment is full and at close: a loss of power may cost what is in the open
   * segment.
   */
  ON_CLOSE
}
