package io.tensorcache.stats;

import io.tensorcache.config.ByteSize;
import java.time.Duration;

/**
 * What a warm-up of a function did so far.
 * <!-- region: warm-up, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * WarmUp done = squares.warm(batches, soFar -> progress.add(soFar.rows()));
 * long computed = done.computed(); // the others were found, or are copies
 * }</pre>
 *
 * @param rows rows of the batches that are done
 * @param found rows that were stored before; neither computed nor read
 * @param computed rows that were computed; where they do not persist, full tiers may have let some
 *     of them not in, which {@link CacheStats#rowsNotAdmitted()} counts
 * @param copies rows that are copies of an earlier row of their batch
 * @param batches batches that are done
 * @param computedBytes bytes of the outputs that were computed
 * @param elapsed since the warm-up began
 * @param isComplete true if no batch is left, all were keyed by the same fingerprint, and no device
 *     failed: rows of a batch whose keys could not be computed are counted as rows only
 * @param isSafe true if it is complete, the function persists, and every row was in the store when
 *     its batch was done and is in its files now; known at the end only
 */
public record WarmUp(
    long rows,
    long found,
    long computed,
    long copies,
    long batches,
    ByteSize computedBytes,
    Duration elapsed,
    boolean isComplete,
    boolean isSafe) {}
