package io.tensorcache.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a cache was built with, and which back end it found. Immutable.
 * <!-- region: cache-config, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * CacheConfig config = cache.config();
 * ByteSize heap = config.heap(); // 64 MiB
 * String why = config.keyBackendReason(); // names the back end and why it was taken
 * boolean isDurable = config.store() != null;
 * }</pre>
 *
 * @param name the name given to the builder
 * @param level what is stored: functions of at most this level
 * @param device bytes in the memory of each CUDA device at most; 0 for no such tier
 * @param deviceReserve bytes of each CUDA device that the tier leaves to others
 * @param heap payload bytes on the Java heap at most
 * @param offHeap bytes outside the Java heap at most, overhead included
 * @param disk bytes of the disk tier at most; 0 for none
 * @param diskDirectory where the disk tier keeps its file, in a directory of its own; null for
 *     where the system keeps temporary files
 * @param whenFull what a full tier does with a new entry
 * @param weigh what a row is worth beside how often it is asked for
 * @param compression how entries off the heap and in the disk tier are compressed
 * @param keyAlgorithm how keys are computed
 * @param samplesPerRow elements of a row that count; 0 for all
 * @param salted whether the public seed was replaced by a salt
 * @param keyBackend who computes keys
 * @param keyBackendReason the same in words, with the reason when a faster back end is missing
 * @param store the durable store; null if there is none
 */
public record CacheConfig(
    String name,
    CacheLevel level,
    ByteSize device,
    ByteSize deviceReserve,
    ByteSize heap,
    ByteSize offHeap,
    ByteSize disk,
    @Nullable Path diskDirectory,
    WhenFull whenFull,
    Weigh weigh,
    Compression compression,
    KeyAlgorithm keyAlgorithm,
    int samplesPerRow,
    boolean salted,
    KeyBackend keyBackend,
    String keyBackendReason,
    @Nullable StoreConfig store) {}
