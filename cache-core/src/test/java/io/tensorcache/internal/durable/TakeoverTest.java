package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.byteCount;
import static io.tensorcache.internal.durable.DurableFixture.files;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.CorruptEntryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process that died left in the directory, and what one that lives has there. */
class TakeoverTest {
  private static final int ROWS = 20;
  private static final String DEAD = "seg-0000000000000007";

  @TempDir Path directory;
  @TempDir Path elsewhere;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles faulty = new FaultyFiles();

  /** The bytes of a segment that is not sealed. */
  private byte[] open = {};

  private Path rows;

  @BeforeEach
  void writeSegment() throws IOException {
    try (DurableStore store = DurableFixture.open(elsewhere, events)) {
      for (int i = 0; i < ROWS; i++) {
        assertTrue(store(store, i));
      }
      assertTrue(store.flush());
      open = Files.readAllBytes(files(elsewhere, SegmentName.SEGMENT).get(0));
    }
    rows =
        Files.createDirectory(
            directory.resolve("rows"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private void left(String name, byte[] bytes) throws IOException {
    Files.write(rows.resolve(name), bytes);
  }

  private DurableStore openStore() {
    return DurableStore.open(
        directory, "rows", DurableFixture.large(), events, faulty, System::currentTimeMillis);
  }

  private List<String> names() throws IOException {
    try (StoreFiles held = DiskFiles.hold(rows)) {
      return held.list().stream().sorted().toList();
    }
  }

  @Test
  void anOpenSegmentIsSealed() throws IOException {
    left(DEAD + "-0.tcs", open);
    left(DEAD + ".lock", new byte[0]);
    try (DurableStore store = openStore()) {
      assertTrue(Files.exists(rows.resolve(DEAD + "-0.tci")));
      assertFalse(Files.exists(rows.resolve(DEAD + ".lock")));
      assertEquals(ROWS, found(store, 0, ROWS));
      assertEquals(ROWS, store.use().entries());
      assertEquals(open.length, Files.size(rows.resolve(DEAD + "-0.tcs")));
    }
    assertEquals(List.of(DEAD + "-0.tci", DEAD + "-0.tcs", Ledger.FILE), names());
    try (DurableStore store = openStore()) {
      assertEquals(ROWS, found(store, 0, ROWS), "by the index");
      assertEquals(byteCount(directory), store.use().byteCount());
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void aTornEndIsCut() throws IOException {
    for (int cut : new int[] {1, 40, 200}) {
      left(DEAD + "-" + cut + ".tcs", Arrays.copyOf(open, open.length - cut));
      try (DurableStore store = openStore()) {
        assertEquals(ROWS - 1, found(store, 0, ROWS), "all but the last");
        assertEquals(0, Files.size(rows.resolve(DEAD + "-" + cut + ".tcs")) % 64);
        store.clear();
      }
    }
    left(DEAD + "-9.tcs", Arrays.copyOf(open, open.length + 1000));
    try (DurableStore store = openStore()) {
      assertEquals(ROWS, found(store, 0, ROWS));
      assertEquals(open.length, Files.size(rows.resolve(DEAD + "-9.tcs")));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void damagedRowsAreLeftOutAndTold() throws IOException {
    open[open.length / 2] ^= 4;
    left(DEAD + "-0.tcs", open);
    try (DurableStore store = openStore()) {
      assertEquals(ROWS - 1, found(store, 0, ROWS));
    }
    assertEquals(1, events.failures.size());
    assertTrue(events.failures.get(0) instanceof CorruptEntryException);
    String why = events.failures.get(0).getMessage();
    assertEquals("1 damaged places in " + DEAD + "-0: left out", why);
  }

  @Test
  void removedRowsStayRemoved() throws IOException {
    byte[] segment;
    byte[] removed;
    try (DurableStore store = openStore()) {
      for (int i = 0; i < ROWS; i++) {
        store(store, i);
      }
      assertTrue(store.flush());
      store.remove(key(3));
      assertTrue(store.flush());
      segment = Files.readAllBytes(files(directory, SegmentName.SEGMENT).get(0));
      removed = Files.readAllBytes(files(directory, SegmentName.DEAD).get(0));
      store.clear();
    }
    left(DEAD + "-0.tcs", segment);
    left(DEAD + "-0.tcd", removed);
    try (DurableStore store = openStore()) {
      assertEquals(ROWS - 1, found(store, 0, ROWS));
      assertEquals(0, found(store, 3, 4));
      store.clear();
    }
    left(DEAD + "-0.tcs", open);
    left(DEAD + "-0.tcd", removed);
    try (DurableStore store = openStore()) {
      assertEquals(ROWS, found(store, 0, ROWS), "it is of another segment, whatever its name");
    }
  }

  @Test
  void whatHoldsNothingIsDeleted() throws IOException {
    left(DEAD + "-0.tcs", new byte[0]);
    left(DEAD + "-1.tcs", new byte[63]);
    left(DEAD + "-2.tcs", Arrays.copyOf(open, 64));
    left("seg-0000000000000008-0.tcs", new byte[10]);
    left("seg-0000000000000008.lock", new byte[0]);
    openStore().close();
    assertEquals(List.of(Ledger.FILE), names());
    assertEquals(List.of(), events.failures);
  }

  @Test
  void whatBelongsToNoSegmentIsDeleted() throws IOException {
    left(DEAD + "-0.tcs", open);
    openStore().close();
    left(DEAD + "-0.tci.tmp", new byte[10]);
    left(DEAD + "-0.tcd", new byte[16]);
    left("seg-0000000000000008-1.tci", new byte[10]);
    left("seg-0000000000000008-1.tci.tmp", new byte[10]);
    left("seg-0000000000000008-2.tcd", new byte[10]);
    left("seg-0000000000000008.lock", new byte[0]);
    left("somebody's", new byte[10]);
    openStore().close();
    assertEquals(
        List.of(
            DEAD + "-0.tcd",
            DEAD + "-0.tci",
            DEAD + "-0.tci.tmp",
            DEAD + "-0.tcs",
            "somebody's",
            Ledger.FILE),
        names());
    assertEquals(List.of(), events.failures);
  }

  @Test
  void saysWhetherThereWasAnything() throws IOException {
    StoreParts parts =
        StoreParts.of(
            StoreDirectory.hold(faulty, rows),
            rows,
            DurableFixture.large(),
            new StoreClock(() -> 1L << 40),
            new Health(events));
    try {
      assertFalse(taken(parts), "nothing");
      left(DEAD + "-0.tcs", open);
      assertTrue(taken(parts));
      assertFalse(taken(parts), "all is sealed");
      left(DEAD + "-1.tcs", new byte[10]);
      assertTrue(taken(parts), "a file without a head");
      assertFalse(taken(parts));
      try (WriterLock living = WriterLock.create(parts.files())) {
        left(new SegmentName(living.writer(), 0).file(SegmentName.SEGMENT), open);
        assertFalse(taken(parts));
        left(DEAD + "-2.tcs", open);
        assertTrue(taken(parts), "that of the other one");
        assertFalse(taken(parts));
      }
      assertTrue(taken(parts), "it has died since");
    } finally {
      parts.catalog().close();
    }
  }

  private static boolean taken(StoreParts parts) {
    parts.catalog().poll();
    return parts.takeover().run();
  }

  @Test
  void whatALivingOneWritesIsLeftToIt() throws IOException {
    try (DurableStore living = openStore()) {
      for (int i = 0; i < ROWS; i++) {
        store(living, i);
      }
      assertTrue(living.flush());
      List<String> before = names();
      try (DurableStore store = openStore()) {
        assertEquals(ROWS, found(store, 0, ROWS));
        assertTrue(names().containsAll(before), "its lock too");
        assertEquals(0, files(directory, SegmentName.INDEX).size());
        store(living, ROWS);
        assertTrue(living.flush());
        assertTrue(store.flush());
        assertEquals(ROWS + 1, found(store, 0, ROWS + 1));
      }
    }
    assertEquals(1, files(directory, SegmentName.INDEX).size());
    assertEquals(List.of(), events.failures);
  }

  @Test
  void whatCannotBeTakenOverIsToldOnceAndRead() throws IOException {
    left(DEAD + "-0.tcs", open);
    faulty.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.REPLACE) {
            throw new IOException("injected");
          }
        };
    try (DurableStore store = openStore()) {
      assertEquals(ROWS, found(store, 0, ROWS));
    }
    assertEquals(1, events.failures.size(), events.failures::toString);
    String why = events.failures.get(0).getMessage();
    assertTrue(why.startsWith("what writer 0000000000000007 left cannot be taken over: "), why);
    faulty.fault = (operation, file) -> {};
    openStore().close();
    assertTrue(Files.exists(rows.resolve(DEAD + "-0.tci")));
  }
}
