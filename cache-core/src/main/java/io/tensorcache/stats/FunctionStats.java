package io.tensorcache.stats;

import java.util.OptionalDouble;

/**
 * What one function did.
 * <!-- region: function-stats, from StatsExamplesTest.java -->
 *
 * <pre>{@code
 * for (FunctionStats function : cache.stats().functions()) {
 *   lines.add(
 *       function.name() + ": " + function.hits() + " hits, " + function.misses() + " misses");
 * }
 * }</pre>
 *
 * @param name the name given to {@code wrap}
 * @param hits rows served from the cache
 * @param waited rows served by waiting for another thread that was computing them
 * @param misses rows that were not
 * @param rowsComputed rows the function computed
 * @param rowsInMemory rows held in memory now under the current fingerprint
 * @param rowsUnderOtherFingerprints rows held in memory now that were computed with other weights
 * @param computeNanos time spent in the function
 * @param rowNanos mean computing time of a row, in this program and, where the function persists,
 *     in earlier ones that used the store; empty while none is known
 */
public record FunctionStats(
    String name,
    long hits,
    long waited,
    long misses,
    long rowsComputed,
    long rowsInMemory,
    long rowsUnderOtherFingerprints,
    long computeNanos,
    OptionalDouble rowNanos) {}
