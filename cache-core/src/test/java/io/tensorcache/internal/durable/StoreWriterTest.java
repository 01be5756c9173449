package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.row;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.store.RowSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thread that writes: what it does when, and what it does where something goes wrong. */
@Timeout(60)
class StoreWriterTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles files = new FaultyFiles();

  private DurableStore open(SyncPolicy sync, Duration interval) {
    StoreConfig config =
        DurableFixture.config(sync, interval, Compression.NONE, ByteSize.ofMiB(16));
    return DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
  }

  private DurableStore open() {
    return open(SyncPolicy.ON_CLOSE, Duration.ofSeconds(1));
  }

  @Test
  void isAThreadThatNoProgramWaitsFor() {
    AtomicReference<Thread> writing = new AtomicReference<>();
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.WRITE && file.toString().endsWith(".tcs")) {
            writing.set(Thread.currentThread());
          }
        };
    Thread writer;
    try (DurableStore store = open()) {
      store(store, 1);
      assertTrue(store.flush());
      writer = writing.get();
      assertEquals("tensorcache-durable-rows", writer.getName());
      assertTrue(writer.isDaemon());
      assertSame(DurableStore.class.getClassLoader(), writer.getContextClassLoader());
    }
    assertFalse(writer.isAlive(), "it ends with the store");
  }

  @Test
  void rowsAreOnTheDiskAnIntervalLater() throws InterruptedException {
    CountDownLatch forced = new CountDownLatch(1);
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.FORCE && file.toString().endsWith(".tcs")) {
            forced.countDown();
          }
        };
    long start = System.nanoTime();
    try (DurableStore store = open(SyncPolicy.INTERVAL, Duration.ofMillis(200))) {
      store(store, 1);
      assertTrue(forced.await(30, TimeUnit.SECONDS));
      assertTrue(System.nanoTime() - start >= 200_000_000L, "not before");
    }
  }

  @Test
  void theNamesOfANewSegmentAreOnTheDiskWithItsRows() {
    AtomicInteger names = new AtomicInteger();
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.FORCE && file.endsWith("rows")) {
            names.incrementAndGet();
          }
        };
    try (DurableStore store = open(SyncPolicy.EVERY_WRITE, Duration.ofHours(1))) {
      for (int i = 0; i < 3; i++) {
        store(store, i);
        assertTrue(store.flush());
        assertEquals(1, names.get(), "once for a segment");
      }
    }
    assertEquals(2, names.get(), "and once for its index");
  }

  @Test
  void aRowThatThereIsNoMemoryForIsLostAndTold() {
    try (DurableStore store = open()) {
      store(store, 1);
      assertTrue(store.flush());
      files.allocation =
          () -> {
            files.allocation = () -> {};
            throw new OutOfMemoryError("injected");
          };
      assertTrue(store(store, 2));
      assertFalse(store.flush(), "not all was written");
      assertTrue(store.flush(), "since then");
      assertEquals(1, store.use().declined());
      assertEquals(1, store.use().written());
      assertEquals(1, found(store, 1, 3));
      assertTrue(store(store, 2), "it can be stored anew");
      assertTrue(store.flush());
      assertEquals(2, found(store, 1, 3));
    }
    events.expectFailures(1);
    String why = events.failures.get(0).getMessage();
    assertTrue(why.startsWith("row " + key(2) + " cannot be encoded: "), why);
  }

  @Test
  void whatATaskThrowsIsToldAndTheNextOneRuns() {
    IllegalStateException unexpected = new IllegalStateException("injected");
    try (DurableStore store = open()) {
      store(store, 1);
      assertTrue(store.flush());
      files.fault =
          (operation, file) -> {
            if (operation == FaultyFiles.Operation.LIST) {
              throw unexpected;
            }
          };
      assertEquals(0, store.prune(RowSelection.all()).rows());
      files.fault = (operation, file) -> {};
      assertEquals(1, store.prune(RowSelection.all()).rows());
      assertEquals(0, found(store, 1, 2));
    }
    assertFalse(events.failures.isEmpty());
    events.failures.forEach( // the writer's own look at the directory may have met it too
        failure -> assertSame(unexpected, failure.getCause()));
  }

  @Test
  void whatIsStoredAndRemovedIsCounted() {
    try (DurableStore store = open()) {
      assertEquals(0, store.use().written());
      assertEquals(0, store.use().segments());
      for (int i = 0; i < 10; i++) {
        store(store, i);
      }
      assertTrue(store.flush());
      DurableUse use = store.use();
      assertEquals(10, use.written());
      assertEquals(10, use.entries());
      assertEquals(1, use.segments());
      assertEquals(0, use.queuedBytes());
      assertEquals(0, use.declined());
      assertTrue(use.writtenBytes() > 10 * 64);
      assertTrue(use.byteCount() >= use.writtenBytes(), "the index is to come");
      store.remove(key(3));
      assertTrue(store.flush());
      assertEquals(9, store.use().entries());
      assertEquals(10, store.use().written());
    }
  }

  @Test
  void whatIsClearedLeavesNothingBehind() {
    try (DurableStore store = open()) {
      store(store, 1);
      store.notes().put(new FunctionNote(NET, 10, 20, "code"));
      assertTrue(store.flush());
      store.clear();
      assertNull(store.notes().of(NET));
      assertEquals(0, store.use().byteCount());
      assertEquals(0, store.use().segments());
    }
    try (DurableStore store = open()) {
      assertNull(store.notes().of(NET));
    }
  }

  @Test
  void aSegmentThatIsDeletedWhileItIsWrittenEndsThat() throws IOException {
    try (DurableStore store = open()) {
      store(store, 1);
      assertTrue(store.flush());
      Files.delete(DurableFixture.files(directory, SegmentName.SEGMENT).get(0));
      assertFalse(store.flush());
      assertFalse(store.contains(key(1)));
      assertFalse(store(store, 2));
      String why = String.valueOf(store.use().refusal());
      assertTrue(why.contains(" was deleted while it was written: nothing more is stored"), why);
      assertEquals(0, store.prune(RowSelection.all()).rows());
      events.expectFailures(2);
      assertEquals("nothing is removed: " + why, events.failures.get(1).getMessage());
    }
  }

  @Test
  void aStoreThatIsReadTakesNothing() {
    try (DurableStore store = open()) {
      store(store, 1);
    }
    try (DurableStore store = DurableStore.openForReading(directory, "rows", events)) {
      assertEquals("the store was opened for reading only", store.use().refusal());
      assertFalse(store(store, 2));
      assertTrue(store(store, 1), "it is here");
      assertEquals(1, found(store, 1, 2));
      assertEquals(1, store.use().declined());
    }
    assertEquals(List.of(), events.failures);
    StoreConfig small = DurableFixture.config(1023, WhenFull.EVICT, 64);
    assertThrows(
        IllegalArgumentException.class, () -> DurableFixture.open(directory, small, events));
  }

  /** It can be read meanwhile, and removed. */
  @Test
  void aRowThatWaitsIsAsGoodAsOneThatIsWritten() throws Exception {
    CountDownLatch writes = new CountDownLatch(1);
    CountDownLatch mayWrite = new CountDownLatch(1);
    files.holdWrites(writes, mayWrite);
    try (DurableStore store = open()) {
      store(store, 1);
      writes.await();
      store(store, 2);
      assertEquals(2, found(store, 1, 3));
      assertTrue(store.contains(key(2)));
      assertEquals(row(2).schema(), store.schema(key(2)));
      long queued = store.use().queuedBytes();
      assertEquals(row(1).payloadBytes() + row(2).payloadBytes() + 2 * 64, queued);
      int[] waiting = new int[1];
      store.forEachQueued(
          (key, of) -> {
            assertEquals(NET, of);
            waiting[0]++;
          });
      assertEquals(2, waiting[0]);
      store.remove(key(2));
      store.remove(key(1));
      assertFalse(store.contains(key(2)));
      mayWrite.countDown();
      assertTrue(store.flush());
      assertEquals(0, found(store, 1, 3));
    } finally {
      mayWrite.countDown();
    }
    try (DurableStore store = open()) {
      assertEquals(0, found(store, 1, 3));
    }
    assertEquals(List.of(), events.failures);
  }
}
