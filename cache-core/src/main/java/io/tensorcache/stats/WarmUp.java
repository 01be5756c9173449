package io.tensorcache.stats;

import io.tensorcache.config.ByteSize;
import java.time.Duration;

/**
 * What a warm-up of a function did so far.
 *
 * @param rows rows of the batches that are done
 * @param found rows that were stored before; neither computed nor read
 * @param computed rows that were computed
 * @param copies rows that are copies of an earlier row of their batch
 * @param batches batches that are done
 * @param computedBytes bytes of the outputs that were computed
 * @param elapsed since the warm-up began
 * @param isComplete true if no batch is left
 * @param isSafe true if the function persists and every row is in the files of the store, known at
 *     the end only; false too if some row was not admitted
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
