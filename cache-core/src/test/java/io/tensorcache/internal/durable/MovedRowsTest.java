package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.row;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A row that is removed while the writer moves it, or saves what it can, stays removed. */
@Timeout(60)
class MovedRowsTest {
  private static final int LIMIT_KIB = 1024;
  private static final int READ = 6;

  @TempDir Path directory;
  private final FaultyFiles files = new FaultyFiles();
  private final DurableFixture.Events events = new DurableFixture.Events();

  private DurableStore open() {
    return DurableStore.open(
        directory,
        "rows",
        config(LIMIT_KIB, WhenFull.EVICT, 64),
        events,
        files,
        InstantSource.system()::millis);
  }

  /** Acts on another thread, once, in the middle of the first such operation of the writer. */
  private void during(
      FaultyFiles.Operation operation, Predicate<String> file, Runnable action, boolean fails) {
    AtomicReference<Runnable> once = new AtomicReference<>(action);
    files.fault =
        (asked, path) -> {
          if (asked == operation && file.test(path.toString())) {
            Runnable due = once.getAndSet(null);
            if (due != null) {
              Thread other = new Thread(due);
              other.start();
              joined(other);
              if (fails) {
                throw new IOException("no space left on device");
              }
            }
          }
        };
  }

  private static void joined(Thread other) {
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows that are read, and others until the segment of those that are read goes. */
  private void storeUntilOneGoes(DurableStore store, Runnable meanwhile) {
    for (int i = 0; i < READ; i++) {
      assertTrue(store(store, i));
    }
    assertTrue(store.flush());
    for (int i = 0; i < READ; i++) {
      assertEquals(Lookup.DURABLE_HIT, read(store, i));
    }
    boolean[] isDone = new boolean[1];
    during(
        FaultyFiles.Operation.DELETE,
        name -> name.endsWith("-0" + SegmentName.SEGMENT),
        () -> {
          meanwhile.run();
          isDone[0] = true;
        },
        false);
    for (int i = READ; !isDone[0]; i++) {
      assertTrue(store(store, i));
      assertTrue(store.flush());
    }
  }

  /** Each tenth of a second a removal looks what other processes stored, and finds more. */
  private static void removeWithoutALookAtTheDirectory(DurableStore store) {
    store.remove(key(-1));
    store.remove(key(3));
  }

  @Tag("slow")
  @Test
  void aRowThatIsRemovedWhileItMovesStaysRemoved() {
    try (DurableStore store = open()) {
      storeUntilOneGoes(store, () -> removeWithoutALookAtTheDirectory(store));
      assertTrue(store.flush());
      assertEquals(Lookup.DURABLE_HIT, read(store, 2), "it moved");
      assertEquals(Lookup.MISS, read(store, 3));
    }
    try (DurableStore store = open()) {
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
      assertEquals(Lookup.MISS, read(store, 3));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void aRowThatReplacesOneThatMovesIsTheOneThatIsRead() {
    Row other = SampleRows.ofBytes(99, 200);
    try (DurableStore store = open()) {
      storeUntilOneGoes(
          store,
          () -> {
            removeWithoutALookAtTheDirectory(store);
            assertTrue(store.store(key(3), other, NET));
          });
      assertTrue(store.flush());
      assertEquals(Lookup.DURABLE_HIT, read(store, 3, other));
    }
    try (DurableStore store = open()) {
      assertEquals(Lookup.DURABLE_HIT, read(store, 3, other));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void aRowThatIsRemovedWhileAWriteFailsStaysRemoved() {
    try (DurableStore store = open()) {
      assertTrue(store(store, 1));
      assertTrue(store(store, 2));
      assertTrue(store.flush());
      during(
          FaultyFiles.Operation.WRITE,
          name -> name.endsWith(SegmentName.SEGMENT),
          () -> store.remove(key(1)),
          true);
      store.store(key(3), row(3), NET);
      store.flush();
      assertEquals(Lookup.MISS, read(store, 1));
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
    }
    try (DurableStore store = open()) {
      assertEquals(Lookup.MISS, read(store, 1));
      assertEquals(Lookup.DURABLE_HIT, read(store, 2));
    }
  }
}
