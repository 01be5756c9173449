package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rows and settings for the tests of the durable store. */
final class DurableFixture {
  static final Provenance NET = new Provenance("net", 11, 12);

  private DurableFixture() {}

  /** What the store told. */
  static final class Events implements DurableEvents {
    final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
    final AtomicLong evicted = new AtomicLong();

    @Override
    public void failed(TensorCacheException failure) {
      failures.add(failure);
    }

    /** Which thread tells is left to chance, so it may still be under way. */
    void expectFailures(int count) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (failures.size() < count && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertEquals(count, failures.size(), failures::toString);
    }

    @Override
    public void evicted(long entries) {
      evicted.addAndGet(entries);
    }
  }

  /** Small segments, no waiting for anything. */
  static StoreConfig config(long limitKiB, WhenFull whenFull, int segmentKiB) {
    return config(limitKiB, whenFull, segmentKiB, null);
  }

  static StoreConfig config(
      long limitKiB, WhenFull whenFull, int segmentKiB, @Nullable Duration timeToLive) {
    return new StoreConfig(
        null,
        ByteSize.ofKiB(limitKiB),
        whenFull,
        SyncPolicy.ON_CLOSE,
        Duration.ofSeconds(1),
        Compression.NONE,
        ByteSize.ofMiB(8),
        WhenBusy.WAIT,
        ByteSize.ofKiB(segmentKiB),
        timeToLive);
  }

  static StoreConfig config(
      SyncPolicy sync, Duration interval, Compression compression, ByteSize segment) {
    return new StoreConfig(
        null,
        ByteSize.ofMiB(256),
        WhenFull.EVICT,
        sync,
        interval,
        compression,
        ByteSize.ofMiB(64),
        WhenBusy.WAIT,
        segment,
        null);
  }

  static StoreConfig large() {
    return config(1 << 20, WhenFull.EVICT, 1 << 16);
  }

  static TensorKey key(int number) {
    SplittableRandom random = new SplittableRandom(number);
    return new TensorKey(random.nextLong(), random.nextLong());
  }

  /** The row that belongs to a key's number; of 1 to 3000 bytes. */
  static Row row(int number) {
    return SampleRows.ofBytes(number, 1 + Math.floorMod(number * 31, 3000));
  }

  /** One that adds what it writes to the catalog, with tag 7. */
  static SegmentWriter segmentWriter(StoreParts parts, WriterLock lock) {
    return parts.segmentWriter(
        lock,
        () -> 7,
        (segment, key, start, size, at) -> parts.catalog().add(segment, key, start, size, at));
  }

  static DurableStore open(Path directory, StoreConfig config, Events events) {
    return DurableStore.open(directory, "rows", config, events, InstantSource.system());
  }

  static DurableStore open(Path directory, Events events) {
    return open(directory, large(), events);
  }

  static boolean store(DurableStore store, int number) {
    return store.store(key(number), row(number), NET);
  }

  /** Reads the row of a number; if it is a hit, it must be the right one. */
  static Lookup read(DurableStore store, int number) {
    return read(store, number, row(number));
  }

  static Lookup read(DurableStore store, int number, Row expected) {
    RowSchema schema = expected.schema();
    ByteBuffer[] buffers = SampleRows.buffers(schema, 1, (number & 1) == 0);
    Lookup found = store.read(key(number), new RowTarget(schema, buffers));
    if (found == Lookup.DURABLE_HIT) {
      for (int part = 0; part < buffers.length; part++) {
        byte[] bytes = SampleRows.expectedBytes(expected, part);
        assertArrayEquals(bytes, SampleRows.bytesAt(buffers[part], 0, bytes.length));
      }
    }
    return found;
  }

  /** How many of the rows {@code from <= number < to} are found. */
  static int found(DurableStore store, int from, int to) {
    int found = 0;
    for (int number = from; number < to; number++) {
      found += read(store, number) == Lookup.DURABLE_HIT ? 1 : 0;
    }
    return found;
  }

  /** The files of the store with this suffix, in order. */
  static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("rows"))) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Deletes the directory of the store, which may make a file at any time, after a look too. */
  static void delete(Path directory) throws IOException {
    Path rows = directory.resolve("rows");
    for (int round = 0; Files.exists(rows); round++) {
      for (Path file : files(directory, "")) {
        Files.deleteIfExists(file);
      }
      try {
        Files.delete(rows);
      } catch (DirectoryNotEmptyException e) {
        assertTrue(round < 1000, "always a new file");
      }
    }
  }

  static long byteCount(Path directory) throws IOException {
    long bytes = 0;
    for (Path file : files(directory, "")) {
      try {
        bytes += file.getFileName().toString().startsWith("seg-") ? Files.size(file) : 0;
      } catch (java.nio.file.NoSuchFileException e) {
        continue; // dropped by another process
      }
    }
    return bytes;
  }
}
