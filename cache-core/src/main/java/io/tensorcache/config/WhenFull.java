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
  /**
   * Lets a new row in if it was asked for more often lately than each row that would go for it, by
   * more than two: so rows that come round in epochs are not driven out by each other, and frequent
   * rows drive out rare ones. Of rows that were asked for as often, those used longest ago go
   * first. While that serves less than {@link #RECENT} would, as when the working set changes, it
   * does what {@code RECENT} does; a sample of the keys is followed to know. A tier of few rows has
   * the same rule. A copy of a scope's entry always enters. When a function gets another
   * fingerprint, its rows under the one before are no longer taken for frequent, if they were.
   *
   * <p>Of several tiers a row enters the highest one in which it may. What goes for it moves down
   * for what was asked for no more often there. A row that is served from below moves up in the
   * same way, and what goes for it takes its place.
   *
   * <p>What is served from the host to a device stays on the host.
   *
   * <p>A full store lets a row in that it never had: to compute it again may take a night. What had
   * to go, or was refused, comes back only if it was asked for more often than what would go for
   * it, by more than two. What goes are the rows of the file that was written longest ago, but for
   * some that were read since. Rows of scopes and imported ones always enter.
   */
  EVICT,
  /**
   * Makes room for every new row in the highest tier: what was used longest ago moves down a tier,
   * and out of the last one.
   */
  RECENT,
  /** Keeps what it has and admits nothing more. It suits epochs over data that does not fit. */
  KEEP_FIRST
}
