package io.tensorcache.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The durable store that a cache was built with. Immutable.
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
 *
 * @param directory holds the store in a directory of the cache's name; null for a temporary one,
 *     deleted when the cache is closed
 * @param limit bytes of all its files at most, whoever wrote them
 * @param whenFull what a full store does with a new row
 * @param sync when written bytes are put on the disk itself
 * @param interval for {@code INTERVAL}: the longest time between a write and that
 * @param compression how rows are compressed
 * @param queue payload bytes that wait to be written at most
 * @param whenBusy what happens to a row when the queue is full
 * @param segment bytes of one file, about
 * @param timeToLive how long a row is served; null for ever
 */
public record StoreConfig(
    @Nullable Path directory,
    ByteSize limit,
    WhenFull whenFull,
    SyncPolicy sync,
    Duration interval,
    Compression compression,
    ByteSize queue,
    WhenBusy whenBusy,
    ByteSize segment,
    @Nullable Duration timeToLive) {}
