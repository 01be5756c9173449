package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.SampleRows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When segments are put on the disk itself; an hour is the interval, so it never ends here. */
class SyncTest {
  private static final int ROW_BYTES = 1 << 20;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final AtomicInteger forced = new AtomicInteger();

  private DurableStore open(SyncPolicy sync) {
    StoreConfig config =
        new StoreConfig(
            null,
            ByteSize.ofGiB(1),
            WhenFull.EVICT,
            sync,
            Duration.ofHours(1),
            Compression.NONE,
            ByteSize.ofMiB(4),
            WhenBusy.WAIT,
            ByteSize.ofMiB(256),
            null);
    FaultyFiles files = new FaultyFiles();
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.FORCE
              && file.toString().endsWith(SegmentName.SEGMENT)) {
            forced.incrementAndGet();
          }
        };
    return DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
  }

  /** Stores so many rows of a mebibyte and waits until they are written. */
  private void write(DurableStore store, int rows) {
    int first = (int) store.use().entries();
    for (int i = first; i < first + rows; i++) {
      assertTrue(store.store(key(i), SampleRows.ofBytes(i, ROW_BYTES), DurableFixture.NET));
    }
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (store.use().queuedBytes() > 0) {
      assertTrue(System.nanoTime() < end, "not written after a minute");
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(List.of(), events.failures);
  }

  @Tag("slow")
  @Test
  void longStreamIsPutOnTheDiskWhileItIsWritten() {
    try (DurableStore store = open(SyncPolicy.INTERVAL)) {
      write(store, 10);
      assertEquals(0, forced.get());
      write(store, 11); // 21 MiB
      assertEquals(1, forced.get());
      write(store, 60); // 81 MiB: every 16 to 21
      assertTrue(forced.get() >= 3 && forced.get() <= 5, () -> forced + " times");
    }
  }

  @Test
  void flushPutsTheRestOnTheDisk() {
    try (DurableStore store = open(SyncPolicy.INTERVAL)) {
      write(store, 3);
      assertTrue(store.flush());
      assertEquals(1, forced.get());
      assertTrue(store.flush());
      assertEquals(1, forced.get(), "nothing was written since");
    }
  }

  @Test
  void everyWriteIsOnTheDiskWhenItCanBeFoundThere() {
    try (DurableStore store = open(SyncPolicy.EVERY_WRITE)) {
      write(store, 1);
      assertEquals(1, forced.get());
      write(store, 1);
      assertEquals(2, forced.get());
    }
  }

  @Tag("slow")
  @Test
  void onCloseWaitsForTheEndOfTheSegment() {
    try (DurableStore store = open(SyncPolicy.ON_CLOSE)) {
      write(store, 40);
      assertTrue(store.flush());
      assertEquals(0, forced.get());
    }
    assertEquals(1, forced.get());
  }
}
