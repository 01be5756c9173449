package io.tensorcache.config;

/**
 * What a store with a full write queue does with a new entry.
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
public enum WhenBusy {
  /** Lets the caller wait until there is room. Every row is kept, at the speed of the disk. */
  WAIT,
  /** Does not admit the entry. The caller never waits for the disk. */
  DECLINE
}
