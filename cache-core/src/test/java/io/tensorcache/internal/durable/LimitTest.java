package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.byteCount;
import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.open;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.RowSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitTest {
  private static final int LIMIT_KIB = 2048;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  @AfterEach
  void nothingFailed() {
    assertEquals(List.of(), events.failures);
  }

  @Tag("slow")
  @Test
  void limitHoldsAcrossRestarts() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 64);
    int number = 0;
    for (int session = 0; session < 4; session++) {
      try (DurableStore store = open(directory, config, events)) {
        for (int i = 0; i < 2000; i++) {
          assertTrue(store(store, number++));
          if (i % 100 == 0) {
            assertTrue(store.flush());
            assertTrue(
                byteCount(directory) <= LIMIT_KIB << 10, () -> "session with " + store.use());
            assertTrue(store.use().byteCount() <= LIMIT_KIB << 10);
          }
        }
      }
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
    }
    try (DurableStore store = open(directory, config, events)) {
      assertEquals(0, found(store, 0, 1000));
      assertTrue(found(store, number - 900, number) > 800, "the newest are kept");
    }
    assertTrue(events.evicted.get() > 5000);
  }

  @Tag("slow")
  @Test
  void fullStoreKeepsWhatCameFirst() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.KEEP_FIRST, 64);
    int admitted = 0;
    for (int session = 0; session < 3; session++) {
      try (DurableStore store = open(directory, config, events)) {
        for (int i = 0; i < 3000; i++) {
          store(store, i);
        }
        store.flush();
        int kept = found(store, 0, 3000);
        assertTrue(kept >= admitted && kept > 1000, kept + " after " + admitted);
        admitted = kept;
        assertEquals(0, events.evicted.get());
        assertTrue(store.use().declined() > 0);
      }
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
    }
    try (DurableStore store = open(directory, config, events)) {
      assertEquals(admitted, store.prune(RowSelection.ofFunction("net")).rows());
      assertTrue(store(store, 5000), "there is room again");
    }
  }

  @Tag("slow")
  @Test
  void rowsThatAreReadStayWhenOldSegmentsGo() throws IOException {
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 256);
    try (DurableStore store = open(directory, config, events)) {
      for (int i = 0; i < 8000; i++) {
        store(store, i);
        if (i % 200 == 199) {
          store.flush();
          assertEquals(20, found(store, 0, 20), "after " + i);
        }
      }
      assertEquals(0, found(store, 20, 1000));
    }
  }

  @Tag("slow")
  @Test
  void smallerLimitOfAnotherOpeningHolds() throws IOException {
    try (DurableStore store = open(directory, config(4 * LIMIT_KIB, WhenFull.EVICT, 64), events)) {
      for (int i = 0; i < 4000; i++) {
        store(store, i);
      }
    }
    assertTrue(byteCount(directory) > 2 * LIMIT_KIB << 10);
    try (DurableStore store = open(directory, config(LIMIT_KIB, WhenFull.EVICT, 64), events)) {
      store(store, 5000);
      assertTrue(store.flush());
      assertTrue(byteCount(directory) <= LIMIT_KIB << 10);
      assertEquals(Lookup.DURABLE_HIT, read(store, 5000));
    }
  }

  @Tag("slow")
  @Test
  void fullQueueDeclinesOrWaits() {
    for (WhenBusy whenBusy : WhenBusy.values()) {
      StoreConfig config =
          new StoreConfig(
              null,
              ByteSize.ofMiB(64),
              WhenFull.EVICT,
              SyncPolicy.EVERY_WRITE,
              Duration.ofSeconds(1),
              Compression.NONE,
              ByteSize.ofKiB(300),
              whenBusy,
              ByteSize.ofMiB(8),
              null);
      try (DurableStore store = open(directory.resolve(whenBusy.name()), config, events)) {
        int admitted = 0;
        for (int i = 0; i < 200; i++) {
          admitted += store.store(key(i), SampleRows.ofBytes(i, 100_000), NET) ? 1 : 0;
          assertTrue(store.use().queuedBytes() <= 300 << 10);
        }
        assertTrue(store.flush());
        assertEquals(admitted, store.use().entries());
        assertTrue(whenBusy == WhenBusy.DECLINE ? admitted < 200 : admitted == 200);
        assertFalse(store.store(key(999), SampleRows.ofBytes(1, 400_000), NET), "larger than all");
      }
    }
  }

  @Test
  void entriesExpireAlsoWhenTheClockIsSetBack() throws IOException {
    AtomicLong clock = new AtomicLong(1_800_000_000_000L);
    StoreConfig config = config(LIMIT_KIB, WhenFull.EVICT, 64, Duration.ofSeconds(100));
    try (DurableStore store = openAt(config, clock)) {
      store(store, 1);
      store.flush();
      clock.addAndGet(50_000);
      store(store, 2);
      store.flush();
      clock.addAndGet(60_000);
      assertEquals(Lookup.MISS, read(store, 1));
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
      clock.addAndGet(-10_000_000); // stands still here
      assertEquals(Lookup.MISS, read(store, 1));
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
      assertTrue(store(store, 1), "stored anew");
      store.flush();
      assertEquals(Lookup.DURABLE_HIT, read(store, 1));
    }
    try (DurableStore store = openAt(config, clock)) {
      assertEquals(Lookup.DURABLE_HIT, read(store, 2), "from the future: counts from now on");
      clock.addAndGet(102_000);
      assertEquals(Lookup.MISS, read(store, 2));
      assertEquals(Lookup.MISS, read(store, 1));
      assertFalse(store.contains(key(1)));
    }
  }

  private DurableStore openAt(StoreConfig config, AtomicLong clock) {
    return DurableStore.open(directory, "rows", config, events, new FaultyFiles(), clock::get);
  }
}
