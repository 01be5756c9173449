package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.row;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.RowSelection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two stores of one directory: each finds, once it has looked, what the other did. */
class SharedDirectoryTest {
  private static final int ROWS = 600;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private DurableStore one;
  private DurableStore other;

  @BeforeEach
  void open() {
    one = DurableFixture.open(directory, events);
    other = DurableFixture.open(directory, events);
    for (int i = 0; i < ROWS; i++) {
      assertTrue(one.store(key(i), row(i % 7), i % 2 == 0 ? NET : new Provenance("head", 1, 2)));
    }
    flush();
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
    assertEquals(List.of(), events.failures);
  }

  private void flush() {
    assertTrue(one.flush());
    assertTrue(other.flush());
    assertTrue(one.flush());
  }

  private int present(DurableStore store) {
    int present = 0;
    for (int i = 0; i < ROWS; i++) {
      present += store.contains(key(i)) ? 1 : 0;
    }
    return present;
  }

  @Test
  void rowsOfTheOtherAreServed() {
    assertEquals(ROWS, present(other));
    assertEquals(ROWS, other.use().entries());
    assertEquals(0, other.use().written());
    assertEquals(ROWS, one.use().written());
    assertEquals(row(3).schema(), other.schema(key(3)));
    assertTrue(store(other, ROWS + 1));
    flush();
    assertEquals(1, found(one, ROWS + 1, ROWS + 2));
  }

  @Test
  void aRowThatTheOtherRemovesIsGone() {
    other.remove(key(3));
    flush();
    assertFalse(one.contains(key(3)));
    assertNull(one.row(key(3)));
    assertEquals(ROWS - 1, present(one));
    one.remove(key(4));
    flush();
    assertEquals(ROWS - 2, present(other));
  }

  @Test
  void rowsThatTheOtherPrunesAreGone() {
    assertEquals(ROWS / 2, other.prune(RowSelection.ofFunction("head")).rows());
    flush();
    assertEquals(ROWS / 2, present(one));
    assertTrue(one.contains(key(2)));
    assertFalse(one.contains(key(1)));
  }

  @Test
  void allRowsThatTheOtherClearsAreGone() {
    other.clear();
    flush();
    assertEquals(0, present(other));
    assertEquals(0, present(one));
    assertTrue(store(one, 5));
    flush();
    assertEquals(1, found(other, 5, 6));
  }

  @Test
  void rowsThatWaitAreVisitedUntilTheyAreWritten() {
    Set<Object> visited = new HashSet<>();
    one.forEachQueued((key, of) -> visited.add(key));
    assertEquals(Set.of(), visited, "written");
    List<StoredEntry> entries = new ArrayList<>();
    other.forEach(entries::add);
    assertEquals(ROWS, entries.size());
  }

  @Test
  void aRowIsGivenAsACopy() {
    assertNull(one.row(key(-1)));
    assertEquals(row(3).schema(), other.row(key(3)).schema());
    Object fresh = row(5);
    assertTrue(one.store(key(-5), row(5), NET));
    assertEquals(row(5).schema(), one.row(key(-5)).schema(), "while it waits");
    assertFalse(fresh == one.row(key(-5)));
  }

  /** A look at the directory each tenth of a second, also while its own writer is busy. */
  @Test
  @Timeout(60)
  void looksForWhatTheOtherStoredJustNow() throws InterruptedException {
    FaultyFiles files = new FaultyFiles();
    CountDownLatch writes = new CountDownLatch(1);
    CountDownLatch mayWrite = new CountDownLatch(1);
    files.holdWrites(writes, mayWrite);
    try (DurableStore busy =
        DurableStore.open(
            directory, "rows", DurableFixture.large(), events, files, () -> 1L << 40)) {
      store(busy, -7);
      writes.await();
      soon(number -> found(busy, number, number + 1) == 1);
      soon(number -> row(number).schema().equals(busy.schema(key(number))));
      soon(
          number -> {
            RowTarget target = SampleRows.target(row(number).schema(), 1, true);
            return busy.readAll(List.of(key(number)), () -> at -> target)[0] == Lookup.DURABLE_HIT;
          });
      mayWrite.countDown();
    } finally {
      mayWrite.countDown();
    }
  }

  @Test
  @Timeout(60)
  void removesWhatTheOtherStoredJustNow() {
    soon(
        number -> {
          other.remove(key(number));
          flush();
          return !one.contains(key(number));
        });
  }

  /** Stores a row, and asks of it until that is so. */
  private void soon(IntPredicate isSo) {
    int number = 1000 + (int) one.use().written();
    assertTrue(store(one, number));
    assertTrue(one.flush());
    while (!isSo.test(number)) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
