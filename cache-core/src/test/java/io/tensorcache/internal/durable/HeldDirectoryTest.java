package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The directory of a store goes, or another one comes in its place, while it is used. */
class HeldDirectoryTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  /** What happens to it. */
  enum Fate {
    REMOVED,
    REMOVED_AND_MADE,
    MOVED,
    MOVED_AND_MADE,
    LINKED_BACK,
    LINKED_ELSEWHERE
  }

  private void befall(Fate fate) throws IOException {
    Path rows = directory.resolve("rows");
    Path moved = directory.resolve("moved");
    if (fate == Fate.REMOVED || fate == Fate.REMOVED_AND_MADE) {
      DurableFixture.delete(directory);
    } else {
      Files.move(rows, moved);
    }
    switch (fate) {
      case REMOVED_AND_MADE, MOVED_AND_MADE -> Files.createDirectory(rows);
      case LINKED_BACK -> Files.createSymbolicLink(rows, moved);
      case LINKED_ELSEWHERE ->
          Files.createSymbolicLink(rows, Files.createDirectory(directory.resolve("elsewhere")));
      default -> {}
    }
  }

  @ParameterizedTest
  @EnumSource(Fate.class)
  void nothingIsAcknowledgedThatTheNextProgramDoesNotFind(Fate fate) throws IOException {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      assertTrue(store(store, 1));
      assertTrue(store.flush());
      assertTrue(store(store, 2));
      befall(fate);
      store(store, 3);
      assertFalse(store.flush());
      assertFalse(store(store, 4));
      assertFalse(store.flush());
      found(store, 0, 5); // right or none
      store.remove(DurableFixture.key(1));
      store.clear();
    }
    assertEquals(1, told("the directory "), events.failures::toString);
    Path rows = directory.resolve("rows");
    if (fate != Fate.LINKED_BACK && Files.exists(rows)) {
      assertEquals(List.of(), DurableFixture.files(directory, ""));
    }
  }

  private long told(String what) {
    return events.failures.stream().filter(each -> each.getMessage().startsWith(what)).count();
  }

  @Test
  void emptyStoreNoticesToo() throws IOException {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      befall(Fate.MOVED_AND_MADE);
      assertFalse(store.flush());
    }
    events.expectFailures(1);
  }

  @Test
  void readerIsToldToo() throws IOException {
    DurableFixture.open(directory, events).close();
    try (DurableStore store = DurableStore.openForReading(directory, "rows", events)) {
      befall(Fate.MOVED_AND_MADE);
      store.flush();
    }
    events.expectFailures(1);
  }

  /** Without its lock file anyone may take over what it writes, so nothing counts any more. */
  @Test
  void writerWithoutItsLockFileStops() throws IOException {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      assertTrue(store(store, 1));
      assertTrue(store.flush());
      Files.delete(DurableFixture.files(directory, SegmentName.LOCK).get(0));
      store(store, 2);
      assertFalse(store.flush());
      assertFalse(store(store, 3));
      assertEquals(1, found(store, 1, 2));
    }
    assertEquals(1, told("seg-"), events.failures::toString);
    try (DurableStore store = DurableFixture.open(directory, events)) {
      assertEquals(1, found(store, 1, 2), "what was acknowledged");
    }
  }

  @Test
  void ledgerThatIsDeletedIsMadeAnew() throws IOException {
    try (DurableStore store = DurableFixture.open(directory, events)) {
      for (int i = 0; i < 5; i++) {
        assertTrue(store(store, i));
        // the writer may not have made it anew yet
        Files.deleteIfExists(directory.resolve("rows").resolve(Ledger.FILE));
        assertTrue(store.flush());
      }
      assertEquals(5, found(store, 0, 5));
    }
    assertEquals(List.of(), events.failures);
  }

  /** The thing of a name changes between a file, a link and nothing, all the time. */
  @Tag("slow")
  @Test
  void linkThatIsSwappedInIsNeverFollowed() throws Exception {
    Path rows = Files.createDirectory(directory.resolve("rows"));
    Path name = rows.resolve("name");
    Path outside = Files.write(directory.resolve("outside"), new byte[] {1});
    Path file = directory.resolve("file");
    Path link = directory.resolve("link");
    AtomicBoolean stop = new AtomicBoolean();
    Thread swapper =
        new Thread(
            () -> {
              try {
                while (!stop.get()) {
                  Files.write(file, new byte[] {2});
                  Files.move(file, name, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                  Files.createSymbolicLink(link, outside);
                  Files.move(link, name, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    swapper.start();
    int written = 0;
    try (StoreFiles files = DiskFiles.hold(rows)) {
      for (int i = 0; i < 20_000; i++) {
        StoreFiles.Mode mode = i % 2 == 0 ? StoreFiles.Mode.WRITE : StoreFiles.Mode.CREATE;
        try (StoreFile open = files.open("name", mode)) {
          open.write(ByteBuffer.wrap(new byte[] {3}), 0);
          written++;
        } catch (IOException e) {
          continue; // a link, or replaced meanwhile
        }
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    System.out.println("HeldDirectoryTest: 20000 opened under a swapper, " + written + " written");
    assertEquals(1, Files.readAllBytes(outside)[0]);
    assertEquals(1, Files.size(outside));
  }

  @Test
  void filesAreThoseOfTheDirectoryThatIsHeld() throws IOException {
    Path rows = Files.createDirectory(directory.resolve("rows"));
    try (StoreFiles files = DiskFiles.hold(rows)) {
      Files.move(rows, directory.resolve("moved"));
      Files.createDirectory(rows);
      files.open("name", StoreFiles.Mode.CREATE_NEW).close();
      assertEquals(List.of("name"), files.list());
      assertEquals(List.of(), HeldDirectory.names(Files.newDirectoryStream(rows)));
      assertThrows(DirectoryGoneException.class, files::requireInPlace);
    }
  }
}
