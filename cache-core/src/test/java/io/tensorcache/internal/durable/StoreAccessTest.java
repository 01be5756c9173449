package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.StorageException;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoreSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store behind a {@code RowStore}: what it may do, and what went wrong with it. */
class StoreAccessTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  private void fill() {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      for (int i = 0; i < 5; i++) {
        store(store, i);
      }
    }
  }

  private StoreAccess toChange() {
    return StoreAccess.toChange(directory, "rows", DurableFixture.large());
  }

  @Test
  void whoReadsChangesNothing() {
    fill();
    StoreAccess access = StoreAccess.toRead(directory, "rows");
    assertEquals(5, DurableFixture.found(access.store(), 0, 10));
    String why = assertThrows(IllegalStateException.class, access::storeToChange).getMessage();
    assertTrue(why.contains("use RowStore.openForChanges"), why);
    assertEquals(List.of(), access.problems());
    assertEquals(List.of(), access.unreadable());
    access.close();
    assertThrows(IllegalStateException.class, () -> access.store().flush());
  }

  @Test
  void whoChangesClosesItsOwnStore() {
    fill();
    StoreAccess access = toChange();
    assertSame(access.store(), access.storeToChange());
    assertEquals(5, access.storeToChange().prune(RowSelection.all()).rows());
    assertDoesNotThrow(access::check);
    access.close();
    assertThrows(IllegalStateException.class, () -> access.store().flush());
  }

  @Test
  void theStoreOfACacheStaysOpen() {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      try (StoreAccess access = StoreAccess.of(() -> store)) {
        assertSame(store, access.store());
        assertSame(store, access.storeToChange());
      }
      assertTrue(store.flush());
    }
  }

  @Test
  void whatCannotBeWrittenIsNotOpened() throws IOException {
    fill();
    Path ledger = directory.resolve("rows").resolve(Ledger.FILE);
    Files.delete(ledger);
    Files.createDirectory(ledger);
    String why = assertThrows(StorageException.class, this::toChange).getMessage();
    assertTrue(why.contains("cannot be written"), why);
    try (StoreAccess access = StoreAccess.toRead(directory, "rows")) {
      assertEquals(5, DurableFixture.found(access.store(), 0, 10));
    }
  }

  @Test
  void whatCouldNotBeChangedIsThrownOnce() throws IOException {
    fill();
    try (StoreAccess access = toChange()) {
      DurableStore store = access.storeToChange();
      Files.move(directory.resolve("rows"), directory.resolve("moved"));
      assertEquals(0, store.prune(RowSelection.all()).rows() % 5, "all or none");
      store.flush();
      String why = assertThrows(StorageException.class, access::check).getMessage();
      assertTrue(why.contains("was removed or moved"), why);
      assertDoesNotThrow(access::check);
      assertEquals(1, access.problems().stream().filter(why::equals).count(), "noted");
    }
  }

  @Test
  void whatIsDamagedIsNotedAndWhatCannotBeReadToo() throws IOException {
    fill();
    Path rows = directory.resolve("rows");
    Files.write(rows.resolve("seg-0000000000000001-1.tcs"), new byte[100]);
    Files.createSymbolicLink(rows.resolve("seg-0000000000000002-1.tcs"), rows.resolve("nowhere"));
    try (StoreAccess access = StoreAccess.toRead(directory, "rows")) {
      List<String> problems = access.problems();
      assertEquals(2, problems.size(), problems::toString);
      assertEquals(problems, access.problems(), "again");
      assertEquals(1, access.unreadable().size(), "the other one can be read, and is none");
      assertTrue(access.unreadable().get(0).contains("is a link"), problems::toString);
      assertTrue(problems.stream().anyMatch(each -> each.contains("is no segment file")));
    }
  }

  /** What was wrong before is no reason to say that a change failed. */
  @Test
  void whatWentWrongEarlierIsNotedAndNotThrown() throws IOException {
    fill();
    Path broken = directory.resolve("rows/seg-0000000000000002-1.tcs");
    Files.createSymbolicLink(broken, directory.resolve("nowhere"));
    try (StoreAccess access = toChange()) {
      access.storeToChange();
      assertDoesNotThrow(access::check);
      assertEquals(1, access.problems().size());
    }
  }

  @Test
  void storesAreFoundByTheirFiles() throws IOException {
    fill();
    try (DurableStore store =
        DurableStore.open(
            directory, "also", DurableFixture.large(), events, java.time.InstantSource.system())) {
      store(store, 1);
    }
    Files.createDirectory(directory.resolve("empty"));
    Files.write(directory.resolve("file"), new byte[1]);
    Files.createDirectory(directory.resolve(".hidden"));
    Files.write(directory.resolve(".hidden").resolve(Ledger.FILE), new byte[1]);
    Path withoutLedger = Files.createDirectory(directory.resolve("segments"));
    Files.write(withoutLedger.resolve("seg-0000000000000001-1.tcs"), new byte[100]);
    assertEquals(List.of("also", "rows", "segments"), StoreFinder.names(directory));
    assertEquals(List.of(), StoreFinder.names(directory.resolve("nowhere")));
    assertEquals(List.of(), StoreFinder.names(directory.resolve("file")));
    assertThrows(StorageException.class, () -> StoreFinder.size(directory, "empty"));
    assertThrows(StorageException.class, () -> StoreFinder.size(directory, "none"));
  }

  @Test
  void theSizeIsThatOfTheFiles() throws IOException {
    Path rows = Files.createDirectory(directory.resolve("rows"));
    Files.write(rows.resolve("seg-0000000000000001-1.tcs"), new byte[100]);
    Files.write(rows.resolve("seg-0000000000000001-1.tci"), new byte[10]);
    Files.write(rows.resolve("seg-0000000000000001-2.tcs"), new byte[200]);
    Files.write(rows.resolve("seg-0000000000000001-3.tcs"), new byte[300]);
    Files.write(rows.resolve("seg-0000000000000001-2.tcd"), new byte[7]);
    Files.write(rows.resolve("other"), new byte[5000]);
    StoreSize size = StoreFinder.size(directory, "rows");
    assertEquals(3, size.segments());
    assertEquals(2, size.openSegments());
    assertEquals(600, size.segmentBytes().bytes());
    assertEquals(10, size.indexBytes().bytes());
    assertEquals(7, size.removedBytes().bytes());
    assertEquals(617, size.bytes().bytes());
    Files.write(rows.resolve("seg-0000000000000001-7.tci"), new byte[1]);
    Files.write(rows.resolve("seg-0000000000000001-8.tci"), new byte[1]);
    Files.write(rows.resolve("seg-0000000000000001-9.tci"), new byte[1]);
    assertEquals(0, StoreFinder.size(directory, "rows").openSegments());
  }
}
