package io.tensorcache.stats;

/**
 * What a scope did, without its children. This is an immutable snapshot; counters that change while
 * it is taken may be off by the calls in flight.
 * <!-- region: scope-stats, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * ScopeStats stats = scope.stats();
 * double rate = stats.hitRate(); // hits over hits and misses
 * long held = stats.bytes();
 * }</pre>
 *
 * @param hits values served without computing, those included that another thread was computing
 * @param misses values asked for that were not there
 * @param evictions entries that left to make room
 * @param collected entries whose weakly held value the program let go of, or closed
 * @param entries entries held now
 * @param bytes bytes of their values
 * @param listenerFailures removals that the listener answered with an exception
 */
public record ScopeStats(
    long hits,
    long misses,
    long evictions,
    long collected,
    long entries,
    long bytes,
    long listenerFailures) {

  /** Returns hits over hits and misses; it is 0 before the first access. */
  public double hitRate() {
    long accesses = hits + misses;
    return accesses == 0 ? 0 : (double) hits / accesses;
  }
}
