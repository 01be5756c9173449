package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.lock.LockCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The count of the bytes that all files of a store have. */
class LedgerTest {
  private static final Path DIRECTORY = Path.of("ledger");
  private static final Path FILE = DIRECTORY.resolve(Ledger.FILE);
  private static final SegmentName NAME = new SegmentName(1, 2);

  private final MemoryFiles memory = new MemoryFiles();
  private final StoreFiles files = memory.hold(DIRECTORY);
  private final Ledger ledger = new Ledger(files, DIRECTORY);

  @AfterEach
  void noLockIsHeld() {
    LockCheck.entersUserCode("a test");
  }

  private void put(String name, int bytes) {
    memory.put(DIRECTORY.resolve(name), new byte[bytes]);
  }

  private long used() throws IOException {
    long[] used = new long[1];
    ledger.change(
        now -> {
          used[0] = now;
          return now;
        });
    return used[0];
  }

  @Test
  void bytesAreReservedUpToTheLimit() throws IOException {
    assertTrue(ledger.reserve(60, 100));
    assertEquals(60, ledger.lastSeen());
    assertFalse(ledger.reserve(41, 100));
    assertEquals(60, ledger.lastSeen());
    assertTrue(ledger.reserve(40, 100));
    assertEquals(100, ledger.lastSeen());
    ledger.release(30);
    assertEquals(70, used());
    ledger.release(71);
    assertEquals(0, used());
    assertEquals(0, ledger.lastSeen());
  }

  @Test
  void isSharedByAllWhoUseTheDirectory() throws IOException {
    ledger.reserve(60, 100);
    Ledger other = new Ledger(files, DIRECTORY);
    assertEquals(0, other.lastSeen());
    assertFalse(other.reserve(41, 100));
    assertEquals(60, other.lastSeen());
    assertTrue(other.reserve(10, 100));
    assertEquals(60, ledger.lastSeen(), "as it was last asked");
    assertEquals(70, used());
  }

  @Test
  void filesAreCountedAnew() throws IOException {
    ledger.reserve(5, 100);
    put("seg-0000000000000001-2.tcs", 1000);
    put("seg-0000000000000001-2.tci", 200);
    put("functions.tcf", 7);
    ledger.recount(30);
    assertEquals(1230, used());
    ledger.recount(0);
    assertEquals(1200, ledger.lastSeen());
  }

  @Test
  void deletedFilesGiveTheirBytesBack() throws IOException {
    put(NAME.file(SegmentName.SEGMENT), 1000);
    put(NAME.file(SegmentName.INDEX), 200);
    put(NAME.file(SegmentName.DEAD), 30);
    put("seg-0000000000000001-3.tcs", 500);
    ledger.recount(0);
    assertEquals(1730, used());
    ledger.delete(NAME);
    assertEquals(500, used());
    assertEquals(List.of("seg-0000000000000001-3.tcs", Ledger.FILE), sorted());
    ledger.delete(NAME);
    assertEquals(500, used());
    put("seg-0000000000000001-4.tcs", 300);
    ledger.deleteAll(List.of("seg-0000000000000001-3.tcs", "seg-0000000000000001-4.tcs"));
    assertEquals(0, used(), "never less than nothing");
    assertEquals(List.of(Ledger.FILE), sorted());
  }

  private List<String> sorted() throws IOException {
    return files.list().stream().sorted().toList();
  }

  @Test
  void aDamagedNumberIsCountedAnew() throws IOException {
    put("seg-0000000000000001-2.tcs", 1000);
    ledger.reserve(77, Long.MAX_VALUE / 2);
    ledger.change(used -> 77);
    byte[] sound = memory.get(FILE);
    assertEquals(16, sound.length);
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      memory.put(FILE, Mutations.flipped(sound, bit));
      assertEquals(1000, used(), "bit " + bit);
      put("seg-0000000000000001-3.tcs", 5);
      assertEquals(1000, used(), "written, and not counted again");
      files.delete("seg-0000000000000001-3.tcs");
    }
    memory.put(FILE, java.util.Arrays.copyOf(sound, 15));
    assertEquals(1000, used());
    ByteBuffer negative = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
    negative.putLong(8, -1).putInt(4, SegmentFormatV1.sum(negative, 8, 16));
    memory.put(FILE, negative.array());
    assertEquals(1000, used(), "forged");
    memory.put(FILE, sound);
    assertEquals(77, used());
  }

  @Test
  void aChangeThatFailsChangesNothing() throws IOException {
    ledger.change(used -> 77);
    IOException failure = new IOException("injected");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                ledger.change(
                    used -> {
                      throw failure;
                    }));
    assertSame(failure, thrown);
    assertEquals(77, used());
    assertEquals(77, ledger.lastSeen());
  }

  /** Nobody is kept away by the lock of a file that was deleted. */
  @Test
  void isDoneAgainWhereTheFileWasDeletedMeanwhile() throws IOException {
    List<Integer> deletions = new ArrayList<>();
    StoreFiles deleting =
        new ForwardingFiles(files) {
          @Override
          public StoreFile open(String name, Mode mode) throws IOException {
            StoreFile file = files.open(name, mode);
            if (deletions.size() < 5) {
              deletions.add(1);
              files.delete(name);
            }
            return file;
          }
        };
    List<Long> seen = new ArrayList<>();
    new Ledger(deleting, DIRECTORY)
        .change(
            used -> {
              seen.add(used);
              return 8;
            });
    assertEquals(List.of(0L), seen, "once");
    assertEquals(8, used());
  }

  @Test
  void whoDeletesItAgainAndAgainIsToldOf() {
    StoreFiles deleting =
        new ForwardingFiles(files) {
          @Override
          public StoreFile open(String name, Mode mode) throws IOException {
            StoreFile file = files.open(name, mode);
            files.delete(name);
            return file;
          }
        };
    String why =
        assertThrows(IOException.class, () -> new Ledger(deleting, DIRECTORY).release(1))
            .getMessage();
    assertEquals("store.lock is deleted again and again", why);
  }
}
