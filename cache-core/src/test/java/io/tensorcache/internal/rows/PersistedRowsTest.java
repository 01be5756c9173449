package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.durable.FunctionNote;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistedRowsTest {
  private static final TensorKey KEY = OpenRows.key(1);
  private static final TensorKey OTHER = OpenRows.key(2);
  private static final StorageException FAILURE = new StorageException("a row is gone", null);

  @TempDir Path directory;
  private OpenRows open;
  private PersistedRows rows;

  @BeforeEach
  void open() {
    open = OpenRows.persisting(1, directory);
    rows = open.persisted();
  }

  @AfterEach
  void close() {
    open.close();
  }

  private boolean store(int number) {
    return rows.store(OpenRows.key(number), open.row(number), open.group) == Storing.QUEUED;
  }

  private RowTarget target() {
    return SampleRows.target(open.row(1).schema(), 1, false);
  }

  @Test
  void keepsRowsUntilTheyAreRemoved() {
    assertEquals(directory, rows.directory());
    assertFalse(rows.contains(KEY));
    assertNull(rows.row(KEY));
    assertNull(rows.schema(KEY));
    assertEquals(Lookup.MISS, rows.read(KEY, target()));
    assertTrue(store(1));
    assertTrue(rows.contains(KEY));
    assertEquals(open.row(1).schema(), rows.schema(KEY));
    assertTrue(rows.flush());
    Row row = rows.row(KEY);
    assertNotNull(row);
    assertArrayEquals(open.row(1).payload(0), row.payload(0));
    assertEquals(Lookup.DURABLE_HIT, rows.read(KEY, target()));
    rows.remove(KEY);
    assertFalse(rows.contains(KEY));
    assertTrue(store(1));
    rows.clear();
    assertFalse(rows.contains(KEY));
  }

  @Test
  void readsSeveralAtOnce() {
    store(1);
    Lookup[] found =
        rows.readAll(
            List.of(KEY, OTHER),
            () -> {
              IntFunction<RowTarget> targets = i -> target();
              return targets;
            });
    assertArrayEquals(new Lookup[] {Lookup.DURABLE_HIT, Lookup.MISS}, found);
  }

  @Test
  void showsWhatWaitsAndWhatIsOnTheDisk() {
    store(1);
    List<TensorKey> onDisk = new ArrayList<>();
    List<TensorKey> queued = new ArrayList<>();
    assertTrue(rows.flush());
    rows.forEachQueued((key, of) -> queued.add(key));
    rows.forEach(entry -> onDisk.add(entry.key()));
    assertEquals(List.of(), queued);
    assertEquals(List.of(KEY), onDisk);
    TierStats stats = rows.stats(5);
    assertEquals(Tier.DURABLE, stats.tier());
    assertEquals(1, stats.entries());
    assertTrue(stats.bytes().bytes() >= OpenRows.ROW_BYTES, stats.toString());
    assertEquals(ByteSize.ofMiB(64), stats.limit());
    assertEquals(5, stats.hits());
    rows.evicted(3);
    assertEquals(3, open.state.counts().evictions.sum());
    rows.close();
    stats = rows.stats(0);
    assertEquals(0, stats.entries());
    assertEquals(0, stats.bytes().bytes());
  }

  @Test
  void remembersNotesOfFunctions() {
    assertNull(rows.note(open.group.provenance()));
    FunctionNote note = new FunctionNote(open.group.provenance(), 10, 1000, "code");
    rows.note(note);
    assertEquals(note, rows.note(open.group.provenance()));
    open.close();
    open = OpenRows.persisting(1, directory);
    assertEquals(note, open.persisted().note(open.group.provenance()));
  }

  /** The store tells on its own thread too, and would wait for itself. */
  @Test
  void onAThreadThatIsTellingItCountsAsEmptyAndFull() {
    store(1);
    assertFalse(rows.isTelling());
    open.whileTelling(
        FAILURE,
        () -> {
          assertTrue(rows.isTelling());
          assertFalse(rows.contains(KEY));
          assertNull(rows.row(KEY));
          assertFalse(store(2));
          assertFalse(rows.flush());
          rows.remove(KEY);
          rows.clear();
          String refused =
              assertThrows(IllegalStateException.class, () -> rows.access().store()).getMessage();
          assertTrue(refused.contains("use another thread"), refused);
        });
    assertFalse(rows.isTelling());
    assertEquals(List.of(FAILURE), open.failures);
    assertTrue(rows.contains(KEY));
    assertFalse(rows.contains(OTHER));
  }

  @Test
  void aFlushTellsOnceWhatWasNotAdmitted() {
    open.whileTelling(FAILURE, () -> assertFalse(store(1)));
    assertFalse(rows.flush());
    assertTrue(rows.flush());
  }

  @Test
  void replacesARowAndTellsAfterwards() {
    store(1);
    List<String> order = new ArrayList<>();
    open.listener = failure -> order.add("told");
    rows.replace(
        KEY,
        open.row(2),
        open.group.provenance(),
        () -> {
          rows.failed(FAILURE);
          order.add("replaced");
        },
        () -> order.add("end"));
    assertEquals(List.of("replaced", "end", "told"), order);
    Row row = rows.row(KEY);
    assertNotNull(row);
    assertArrayEquals(open.row(2).payload(0), row.payload(0));
    rows.failed(FAILURE);
    assertEquals(4, order.size(), "at once again");
    rows.replace(KEY, null, open.group.provenance(), () -> {}, () -> order.add("removed"));
    assertFalse(rows.contains(KEY));
    assertEquals("removed", order.get(4));
  }

  @Test
  void whatThrowsWhileARowIsReplacedEndsItToo() {
    List<String> order = new ArrayList<>();
    Runnable fails =
        () -> {
          throw new IllegalStateException("injected");
        };
    assertThrows(
        IllegalStateException.class,
        () ->
            rows.replace(KEY, open.row(1), open.group.provenance(), fails, () -> order.add("end")));
    assertEquals(List.of("end"), order);
    rows.failed(FAILURE);
    assertEquals(List.of(FAILURE), open.failures);
  }

  @Test
  void whatFailsInTheStoreIsToldAndAMiss() {
    store(1);
    assertTrue(rows.flush());
    IntFunction<RowTarget> broken =
        i -> {
          throw new IllegalStateException("injected");
        };
    Lookup[] found = rows.readAll(List.of(KEY), () -> broken);
    assertArrayEquals(new Lookup[] {Lookup.MISS}, found);
    assertEquals(1, open.failures.size());
    TensorCacheException told = open.failures.get(0);
    assertTrue(told.getMessage().startsWith("the durable store failed: "), told.getMessage());
    assertTrue(told.getMessage().contains("injected"), told.getMessage());
  }

  @Test
  void isEmptyWhenClosed() {
    store(1);
    rows.close();
    assertFalse(rows.contains(KEY));
    assertFalse(store(2));
    open.state.close();
    assertThrows(IllegalStateException.class, () -> rows.access().store());
    assertEquals(List.of(), open.failures);
  }

  @Test
  void aListenerMayCloseIt() throws InterruptedException {
    store(1);
    open.whileTelling(FAILURE, rows::close);
    Thread closing =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("tensorcache-close-c"))
            .findFirst()
            .orElse(null);
    if (closing != null) {
      closing.join();
    }
    assertFalse(rows.contains(KEY));
    open.close();
    open = OpenRows.persisting(1, directory);
    assertTrue(open.persisted().contains(KEY), "written before it ended");
  }

  @Test
  void aStoreWithoutADirectoryGoesWithTheCache() {
    Path own;
    try (OpenRows temporary = OpenRows.persisting(1, null)) {
      PersistedRows persisted = temporary.persisted();
      own = persisted.directory();
      persisted.store(KEY, temporary.row(1), temporary.group);
      assertTrue(persisted.flush());
      assertTrue(Files.isDirectory(own));
    }
    assertFalse(Files.exists(own));
  }

  @Test
  void leavesNothingWhereItCannotOpen() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[1]);
    assertThrows(RuntimeException.class, () -> OpenRows.persisting(1, file).close());
  }
}
