package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.key.SaltFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Options of a cache. Strict: an option set twice or contradicting another throws. Confined to one
 * thread.
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
public final class TensorCacheBuilder {
  private static final Logger log = LoggerFactory.getLogger(TensorCacheBuilder.class);

  /**
   * The heap tier of a cache that names no tier: 256 MiB, or a quarter of the Java heap if that is
   * less.
   */
  private static final long DEFAULT_HEAP =
      Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 4);

  /** What the smallest row takes on a device. */
  private static final ByteSize SMALLEST_DEVICE = ByteSize.ofBytes(256);

  /** A row counts 256 bytes beside its payload. */
  private static final ByteSize SMALLEST_HEAP = ByteSize.ofKiB(1);

  private final String name;
  private final Once<CacheLevel> level = new Once<>("level");
  private final Once<ByteSize> device = new Once<>("device");
  private final Once<ByteSize> deviceReserve = new Once<>("deviceReserve");
  private final Once<ByteSize> heap = new Once<>("heap");
  private final Once<ByteSize> offHeap = new Once<>("offHeap");
  private final Once<Disk> disk = new Once<>("disk");
  private final Once<WhenFull> whenFull = new Once<>("whenFull");
  private final Once<Weigh> weigh = new Once<>("weigh");
  private final Once<Compression> compression = new Once<>("compression");
  private final Once<KeyAlgorithm> keyAlgorithm = new Once<>("keyAlgorithm");
  private final Once<KeyBackend> keyBackend = new Once<>("keyBackend");
  private final Once<Integer> samplesPerRow = new Once<>("samplesPerRow");
  private final Once<byte[]> salt = new Once<>("salt");
  private final Once<CacheListener> listener = new Once<>("listener");
  private final Once<StoreConfig> store = new Once<>("store");

  TensorCacheBuilder(String name) {
    this.name = Names.check("cache", name);
  }

  /** Sets what is stored: functions of at most this level. The default is {@code NORMAL}. */
  public TensorCacheBuilder level(CacheLevel value) {
    level.set(value);
    return this;
  }

  /**
   * Sets how many bytes are kept in the memory of each CUDA device at most, for tensors that lie on
   * it. They are taken as rows come, from a pool of the driver. Where there is no device the tier
   * holds nothing, and a warning says so. The default is none.
   *
   * @throws IllegalArgumentException if it is below 256 bytes; by {@link #build()}, if no device
   *     has that much
   */
  public TensorCacheBuilder device(ByteSize value) {
    requireUseful("device", value, SMALLEST_DEVICE, "what one row takes");
    device.set(value);
    return this;
  }

  /**
   * Sets how many bytes of each CUDA device the device tier leaves to others: when less is free as
   * rows come, rows go until it is. The default is 256 MiB.
   */
  public TensorCacheBuilder deviceReserve(ByteSize value) {
    deviceReserve.set(value);
    return this;
  }

  /**
   * Sets how many bytes of rows are kept on the Java heap at most, 256 more counted for each row.
   * The default is none if {@link #device} or {@link #offHeap} is set, else 256 MiB or a quarter of
   * the Java heap.
   *
   * @throws IllegalArgumentException if it is larger than the Java heap or below 1 KiB
   */
  public TensorCacheBuilder heap(ByteSize value) {
    requireUseful("heap", value, SMALLEST_HEAP, "a row counts 256 bytes beside its payload");
    long largest = Runtime.getRuntime().maxMemory();
    if (value.bytes() > largest) {
      throw new IllegalArgumentException(
          "heap("
              + value
              + ") is more than the Java heap of "
              + ByteSize.ofBytes(largest)
              + "; raise -Xmx or use offHeap");
    }
    heap.set(value);
    return this;
  }

  /**
   * Sets how many bytes are taken outside the Java heap, all at once, overhead included. The
   * default is none.
   */
  public TensorCacheBuilder offHeap(ByteSize value) {
    offHeap.set(value);
    return this;
  }

  /** A copy. */
  static byte[] checkedSalt(byte[] secret) {
    Objects.requireNonNull(secret, "salt is null: leave it out for the public seed");
    if (secret.length != 32) {
      throw new IllegalArgumentException("salt of " + secret.length + " bytes: must be 32");
    }
    return secret.clone();
  }

  static int checkedSamples(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("samplesPerRow(" + samples + "): must be at least 1");
    }
    return samples;
  }

  private static void requireUseful(String tier, ByteSize size, ByteSize smallest, String why) {
    Objects.requireNonNull(size, () -> tier + " is null: leave it out to keep the default");
    if (size.bytes() > 0 && size.compareTo(smallest) < 0) {
      throw new IllegalArgumentException(
          tier + "(" + size + ") holds no row: at least " + smallest + " (" + why + "), or 0");
    }
  }

  private record Disk(ByteSize size, @Nullable Path directory) {
    boolean isNone() {
      return size.bytes() == 0;
    }

    @Override
    public String toString() {
      return directory == null ? size.toString() : size + " in " + directory;
    }
  }

  /**
   * Sets how many bytes a file below the tiers in memory has, at least 16 MiB, where the system
   * keeps temporary files. The file is <b>scratch</b>: it is deleted when the cache is closed, and
   * by the next program if this one does not end by itself. Rows of {@code persisting} functions
   * are not written there, as they are on the disk already. The default is none.
   */
  public TensorCacheBuilder disk(ByteSize value) {
    disk.set(new Disk(Objects.requireNonNull(value, "disk is null: leave it out"), null));
    return this;
  }

  /**
   * Sets how many bytes the scratch file has, as {@link #disk(ByteSize)} does, in a new directory
   * inside this one.
   */
  public TensorCacheBuilder disk(ByteSize value, Path directory) {
    disk.set(new Disk(value, Objects.requireNonNull(directory, "directory is null")));
    return this;
  }

  /** Sets what a full tier does with a new entry. The default is {@code EVICT}. */
  public TensorCacheBuilder whenFull(WhenFull value) {
    whenFull.set(value);
    return this;
  }

  /** Sets what a row is worth where not all fit. The default is {@code HITS}. */
  public TensorCacheBuilder weigh(Weigh value) {
    weigh.set(value);
    return this;
  }

  /**
   * Sets how entries off the heap and in the disk tier are compressed. The default is {@code LZ4},
   * kept only where it gains.
   */
  public TensorCacheBuilder compression(Compression value) {
    compression.set(value);
    return this;
  }

  /** Sets how keys are computed. The default is {@code TCH1}. */
  public TensorCacheBuilder keyAlgorithm(KeyAlgorithm value) {
    keyAlgorithm.set(value);
    return this;
  }

  /** Sets who computes keys. The default is {@code AUTO}. */
  public TensorCacheBuilder keyBackend(KeyBackend value) {
    keyBackend.set(value);
    return this;
  }

  /**
   * Lets only every {@code max(1, elements / samples)}-th element of a row count. <b>Rows that
   * differ elsewhere get the same key and therefore each other's outputs.</b> It is faster for
   * large rows only. By default every element counts.
   *
   * @throws IllegalArgumentException if it is not at least 1
   */
  public TensorCacheBuilder samplesPerRow(int samples) {
    samplesPerRow.set(checkedSamples(samples));
    return this;
  }

  /**
   * Replaces the public seed of the keys, so that nobody who does not know it can construct rows
   * with equal keys. Under the public seed that takes a minute: rows that come from strangers want
   * a salt.
   *
   * @param secret 32 bytes, copied
   */
  public TensorCacheBuilder salt(byte[] secret) {
    salt.set(checkedSalt(secret));
    return this;
  }

  /**
   * Replaces the public seed of the keys by the 32 bytes of a file; see {@link #salt}. If there is
   * none, it is created with random bytes, for its owner only; several processes that start at once
   * take the same. Whoever shall serve the same rows needs a copy of it.
   *
   * @throws IllegalArgumentException if it is a link or no regular file, has another length, or is
   *     open to others
   * @throws java.io.UncheckedIOException if it can be neither read nor created
   */
  public TensorCacheBuilder saltFrom(Path file) {
    Objects.requireNonNull(file, "saltFrom is null: leave it out for the public seed");
    return salt(SaltFile.readOrCreate(file));
  }

  /** Sets who is told what goes wrong. By default failures are counted and logged at DEBUG. */
  public TensorCacheBuilder listener(CacheListener value) {
    listener.set(value);
    return this;
  }

  /**
   * Adds a durable store for the rows of {@code persisting} functions: files that outlive the
   * process, however it ends. The default is none.
   *
   * @param options sets the options of the store
   */
  public TensorCacheBuilder store(Consumer<StoreBuilder> options) {
    Objects.requireNonNull(options, "store is null: leave it out for none");
    StoreBuilder builder = new StoreBuilder();
    options.accept(builder);
    store.set(builder.build());
    return this;
  }

  /** A cache without a tier and without a store keeps nothing, which nobody wants. */
  private void requireSomewhere() {
    ByteSize some = ByteSize.ofBytes(1);
    boolean inMemory =
        heap.or(offHeap.orNull() == null ? some : ByteSize.ofBytes(0)).bytes() > 0
            || offHeap.or(ByteSize.ofBytes(0)).bytes() > 0;
    Disk scratch = disk.orNull();
    if (!inMemory && store.orNull() == null && (scratch == null || scratch.size().bytes() == 0)) {
      throw new IllegalStateException(
          "cache \"" + name + "\" keeps nothing: every tier is 0 bytes and there is no store");
    }
  }

  private static boolean isZero(Once<ByteSize> size) {
    return size.orNull() != null && isNone(size);
  }

  private static boolean isNone(Once<ByteSize> size) {
    return size.or(ByteSize.ofBytes(0)).bytes() == 0;
  }

  /** An option that nothing heeds is a mistake. */
  private void requireEffect() {
    boolean onHeapOnly = isNone(offHeap) && disk.or(new Disk(ByteSize.ofBytes(0), null)).isNone();
    if (compression.orNull() != null && onHeapOnly) {
      throw new IllegalStateException(
          "compression("
              + compression.orNull()
              + ") without offHeap(...) or disk(...) has no effect: rows on the heap are kept as"
              + " they are, and a store has an option of its own");
    }
    boolean hasNoTier = onHeapOnly && isNone(device) && isZero(heap);
    if (hasNoTier && (whenFull.orNull() != null || weigh.orNull() != null)) {
      String option =
          whenFull.orNull() == null
              ? "weigh(" + weigh.orNull() + ")"
              : "whenFull(" + whenFull.orNull() + ")";
      throw new IllegalStateException(
          option + " without a tier has no effect: a store has an option of its own");
    }
    if (weigh.orNull() != null && whenFull.or(WhenFull.EVICT) != WhenFull.EVICT) {
      throw new IllegalStateException(
          "weigh(" + weigh.orNull() + ") with whenFull(" + whenFull.orNull() + ") has no effect");
    }
  }

  /**
   * Builds the cache, takes its memory and opens its store.
   *
   * @throws IllegalStateException if options contradict each other
   * @throws IllegalArgumentException if a tier or the store is too small, there is not enough
   *     memory for it, or there is a store and the name of the cache cannot be that of a directory
   * @throws io.tensorcache.error.StorageException if the directory of the store cannot be created
   */
  public TensorCache build() {
    ByteSize none = ByteSize.ofBytes(0);
    requireSomewhere();
    requireEffect();
    Disk scratch = disk.or(new Disk(none, null));
    KeyAlgorithm algorithm = keyAlgorithm.or(KeyAlgorithm.TCH1);
    int samples = samplesPerRow.or(0);
    RowKeys keys =
        RowKeys.create(keyBackend.or(KeyBackend.AUTO), algorithm, samples, salt.orNull());
    boolean namesNoTier = offHeap.orNull() == null && device.orNull() == null;
    CacheConfig config =
        new CacheConfig(
            name,
            level.or(CacheLevel.NORMAL),
            checkedDevice(),
            deviceReserve.or(ByteSize.ofMiB(256)),
            heap.or(namesNoTier ? ByteSize.ofBytes(DEFAULT_HEAP) : none),
            offHeap.or(none),
            scratch.size(),
            scratch.directory(),
            whenFull.or(WhenFull.EVICT),
            weigh.or(Weigh.HITS),
            compression.or(Compression.LZ4),
            algorithm,
            samples,
            salt.orNull() != null,
            keys.backend(),
            keys.description(),
            store.orNull());
    return new TensorCache(new CacheCore(config, keys, listener.orNull()));
  }

  private ByteSize checkedDevice() {
    ByteSize wanted = device.or(ByteSize.ofBytes(0));
    if (wanted.bytes() == 0) {
      if (deviceReserve.orNull() != null) {
        throw new IllegalStateException(
            "deviceReserve(" + deviceReserve.orNull() + ") without device(...)");
      }
      return wanted;
    }
    long largest = 0;
    try {
      Devices devices = Devices.get();
      for (int ordinal = 0; ordinal < devices.count(); ordinal++) {
        largest = Math.max(largest, devices.memoryBytes(ordinal));
      }
    } catch (DeviceException e) {
      log.warn("Cache {}: device({}) holds nothing: {}", name, wanted, e.getMessage());
      return wanted;
    }
    if (wanted.bytes() > largest) {
      throw new IllegalArgumentException(
          "device("
              + wanted
              + ") is more than the "
              + ByteSize.ofBytes(largest)
              + " of the largest CUDA device");
    }
    return wanted;
  }
}
