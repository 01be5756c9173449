package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.durable.StoreFiles.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store asks of the file system, and what it refuses to use. */
class DiskFilesTest {
  @TempDir Path parent;
  private Path directory;
  private StoreFiles files;

  @BeforeEach
  void hold() throws IOException {
    directory = Files.createDirectory(parent.resolve("rows"));
    files = DiskFiles.hold(directory);
  }

  @AfterEach
  void close() throws IOException {
    files.close();
  }

  private void write(String name, int... bytes) throws IOException {
    try (StoreFile file = files.open(name, Mode.CREATE)) {
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      for (int each : bytes) {
        all.put((byte) each);
      }
      file.write(all.flip(), 0);
    }
  }

  @Test
  void eachModeSaysWhetherAFileMustExist() throws IOException {
    assertThrows(NoSuchFileException.class, () -> files.open("a", Mode.READ));
    assertThrows(NoSuchFileException.class, () -> files.open("a", Mode.WRITE));
    files.open("a", Mode.CREATE).close();
    files.open("b", Mode.CREATE_NEW).close();
    assertThrows(FileAlreadyExistsException.class, () -> files.open("a", Mode.CREATE_NEW));
    for (Mode mode : List.of(Mode.READ, Mode.WRITE, Mode.CREATE)) {
      files.open("a", mode).close();
    }
    assertEquals(List.of("a", "b"), files.list().stream().sorted().toList());
  }

  @Test
  void saysWhatAFileIs() throws IOException {
    write("a", 1, 2, 3);
    write("b", 1);
    Files.setLastModifiedTime(directory.resolve("a"), FileTime.fromMillis(1_234_567_000));
    assertEquals(3, files.size("a"));
    assertEquals(1_234_567_000, files.modifiedMillis("a"));
    assertFalse(files.isSpecial("a"));
    Object identity = files.identity("a");
    assertNotNull(identity);
    assertEquals(identity, files.identity("a"));
    assertNotEquals(identity, files.identity("b"));
    files.replace("a", "b");
    assertEquals(identity, files.identity("b"), "the same file");
    assertEquals(3, files.size("b"));

    assertEquals(0, files.size("none"));
    assertEquals(0, files.modifiedMillis("none"));
    assertFalse(files.isSpecial("none"));
    assertNull(files.identity("none"));
    Files.createDirectory(directory.resolve("directory"));
    assertTrue(files.isSpecial("directory"));
    assertEquals(0, files.size("directory"));
  }

  @Test
  void namesMayBeTakenAwayTwice() throws IOException {
    write("a", 1);
    files.delete("a");
    files.delete("a");
    files.forceNames();
    assertEquals(List.of(), files.list());
  }

  private void assertRefused(String name, String what, Mode... modes) {
    for (Mode mode : modes) {
      String why =
          assertThrows(SpecialFileException.class, () -> files.open(name, mode)).getMessage();
      assertTrue(why.contains(what), why);
    }
  }

  @Test
  void onlyRegularFilesAreUsed() throws Exception {
    Path outside = Files.write(parent.resolve("outside"), new byte[] {1});
    Files.createSymbolicLink(directory.resolve("link"), outside);
    Files.createDirectory(directory.resolve("directory"));
    assertEquals(0, new ProcessBuilder("mkfifo", directory + "/pipe").start().waitFor());
    Mode[] modes = {Mode.READ, Mode.WRITE, Mode.CREATE};
    assertRefused("link", "link is a link, which the store never uses", modes);
    assertRefused("directory", "is a directory", modes);
    assertRefused("pipe", "is a pipe or a device", modes);
    for (String name : List.of("link", "directory", "pipe")) {
      assertTrue(files.isSpecial(name));
    }
  }

  @Test
  void whatHasAnotherNameIsReadOnly() throws IOException {
    Path outside = Files.write(parent.resolve("outside"), new byte[] {1});
    Files.createLink(directory.resolve("other"), outside);
    assertRefused("other", "other has other names (hard links)", Mode.WRITE, Mode.CREATE);
    files.open("other", Mode.READ).close();
    Files.delete(outside);
    files.open("other", Mode.WRITE).close();
  }

  @Test
  void filesAreReadAndWrittenWhereTheyAreTold() throws IOException {
    write("a", 0, 1, 2, 3, 4, 5, 6, 7);
    try (StoreFile file = files.open("a", Mode.WRITE)) {
      ByteBuffer some = ByteBuffer.allocate(6).position(2);
      assertEquals(4, file.read(some, 3));
      assertEquals(ByteBuffer.wrap(new byte[] {0, 0, 3, 4, 5, 6}), some.flip());
      assertEquals(2, file.read(some.clear(), 6), "what there is");
      assertEquals(2, some.position());
      assertEquals(0, file.read(some.clear(), 8));
      file.write(ByteBuffer.wrap(new byte[] {9, 9, 8, 7}).position(2), 7);
      assertEquals(9, file.size());
      file.truncate(8);
      file.force();
      assertEquals(8, file.size());
      assertEquals(8, file.read(ByteBuffer.allocate(20), 0));
    }
    assertEquals(8, Files.readAllBytes(directory.resolve("a"))[7]);
  }

  @Test
  void aFileIsLockedOnce() throws IOException {
    try (StoreFile file = files.open("a", Mode.CREATE);
        StoreFile again = files.open("a", Mode.CREATE)) {
      assertTrue(file.tryLock());
      assertFalse(again.tryLock());
      Thread.currentThread().interrupt();
      assertEquals(0, file.size(), "an interrupt is kept away from it");
      assertTrue(Thread.interrupted());
      assertFalse(again.tryLock());
    }
    try (StoreFile file = files.open("a", Mode.CREATE)) {
      assertTrue(file.tryLock());
    }
  }

  /** An interrupt of another thread closes the channel of all. */
  @Test
  void aFileThatIsClosedByAnInterruptIsOpenedAgain() throws IOException {
    write("a", 1, 2, 3);
    Path path = directory.resolve("a");
    List<FileChannel> opened = new ArrayList<>();
    DiskFile.Opener opener =
        () -> {
          opened.add(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
          return opened.get(opened.size() - 1);
        };
    try (DiskFile file = new DiskFile(opener.open(), opener)) {
      opened.get(0).close();
      assertEquals(3, file.size());
      assertEquals(2, opened.size());
      assertEquals(3, file.size());
      assertEquals(2, opened.size(), "once");
      opened.get(1).close();
      ByteBuffer some = ByteBuffer.allocate(4).put(0, (byte) 9).position(1);
      assertEquals(3, file.read(some, 0));
      assertEquals(ByteBuffer.wrap(new byte[] {9, 1, 2, 3}), some.flip());
      opened.get(2).close();
      file.write(ByteBuffer.wrap(new byte[] {7}), 1);
      opened.get(3).close();
      file.truncate(2);
      assertEquals(5, opened.size());
    }
    assertFalse(opened.get(4).isOpen());
    assertEquals(ByteBuffer.wrap(new byte[] {1, 7}), ByteBuffer.wrap(Files.readAllBytes(path)));
  }

  @Test
  void aFileThatIsClosedAgainAndAgainIsGivenUp() throws IOException {
    int[] opened = new int[1];
    DiskFile.Opener closed =
        () -> {
          opened[0]++;
          FileChannel channel =
              FileChannel.open(
                  directory.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          channel.close();
          return channel;
        };
    try (DiskFile file = new DiskFile(closed.open(), closed)) {
      assertThrows(ClosedChannelException.class, file::size);
      assertEquals(1001, opened[0]);
    }
  }

  /** Its lock went with the channel, and another process may have it. */
  @Test
  void aFileThatWasLockedIsNotOpenedAgain() throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try (DiskFile file =
        new DiskFile(
            channel,
            () -> {
              throw new AssertionError("opened again");
            })) {
      assertTrue(file.tryLock());
      channel.close();
      String why = assertThrows(IOException.class, file::size).getMessage();
      assertEquals("an interrupt has closed a file that was locked", why);
    }
  }

  @Test
  void aClosedFileStaysClosed() throws IOException {
    StoreFile file = files.open("a", Mode.CREATE);
    file.close();
    assertThrows(ClosedChannelException.class, file::size);
    assertThrows(ClosedChannelException.class, () -> file.read(ByteBuffer.allocate(1), 0));
    assertThrows(ClosedChannelException.class, () -> file.write(ByteBuffer.allocate(1), 0));
  }

  @Test
  void anInterruptStaysWithItsThread() throws IOException {
    Thread.currentThread().interrupt();
    files.forceNames();
    assertTrue(Thread.interrupted());
    files.forceNames();
    assertFalse(Thread.interrupted());
  }

  @Test
  void theDirectoryIsTheOneOfItsPath() throws IOException {
    files.requireInPlace();
    Files.move(directory, parent.resolve("moved"));
    String why = assertThrows(DirectoryGoneException.class, files::requireInPlace).getMessage();
    assertEquals("the directory " + directory + " was removed or moved", why);
    Files.createDirectory(directory);
    why = assertThrows(DirectoryGoneException.class, files::requireInPlace).getMessage();
    assertEquals("the directory " + directory + " was replaced by another one", why);
  }
}
