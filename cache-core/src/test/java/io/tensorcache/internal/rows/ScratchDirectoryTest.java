package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // closed twice on purpose
class ScratchDirectoryTest {
  @TempDir Path directory;

  private static List<Path> in(Path parent) throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.sorted().toList();
    }
  }

  private Path dead(String name) throws IOException {
    Path dead = Files.createDirectory(directory.resolve("tensorcache-scratch-" + name));
    Files.write(Files.createDirectory(dead.resolve("inner")).resolve("file"), new byte[10]);
    return dead;
  }

  private Path lockOf(Path scratch) {
    return scratch.resolveSibling(scratch.getFileName() + ".lock");
  }

  private static String permissions(Path of) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(of));
  }

  @Test
  void isForTheOwnerOnlyAndGoesWithAllItHolds() throws IOException {
    Path parent = directory.resolve("not/there");
    ScratchDirectory scratch = ScratchDirectory.create(parent);
    assertEquals("rwx------", permissions(scratch.path()));
    assertEquals("rw-------", permissions(lockOf(scratch.path())));
    Path inner = Files.createDirectory(scratch.path().resolve("inner"));
    Files.write(inner.resolve("file"), new byte[10]);
    scratch.close();
    assertEquals(List.of(), in(parent));
    scratch.close();
  }

  @Test
  void liesWhereTheSystemKeepsTemporaryFiles() throws IOException {
    try (ScratchDirectory scratch = ScratchDirectory.create()) {
      Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
      assertEquals(temporary, scratch.path().getParent());
    }
  }

  /** While JCuda's library is loaded, the property names a directory that is about to go. */
  @Test
  void liesThereWhateverThePropertySaysNow() throws IOException {
    try (ScratchDirectory first = ScratchDirectory.create()) {
      String before = System.setProperty("java.io.tmpdir", directory.resolve("passing").toString());
      try (ScratchDirectory second = ScratchDirectory.create()) {
        assertEquals(first.path().getParent(), second.path().getParent());
        assertEquals(List.of(), in(directory));
      } finally {
        System.setProperty("java.io.tmpdir", String.valueOf(before));
      }
    }
  }

  @Test
  void theOneOfAnotherPlaceIsRefusedByName() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[1]);
    String message =
        assertThrows(StorageException.class, () -> ScratchDirectory.create(file)).getMessage();
    assertTrue(message.contains(file.toString()), message);
    assertTrue(message.contains("name another directory"), message);
  }

  @Test
  void leftoversOfDeadProcessesAreDeletedAndThoseOfLivingOnesAreNot() throws IOException {
    Path dead = dead("dead");
    Files.write(lockOf(dead), new byte[0]);
    Path unlocked = dead("unlocked");
    Path onlyLock = Files.write(directory.resolve("tensorcache-scratch-x.lock"), new byte[0]);
    Path other = Files.createDirectory(directory.resolve("something-else"));
    try (ScratchDirectory one = ScratchDirectory.create(directory);
        ScratchDirectory two = ScratchDirectory.create(directory)) {
      assertFalse(Files.exists(dead));
      assertFalse(Files.exists(unlocked));
      assertFalse(Files.exists(onlyLock));
      assertTrue(Files.exists(other));
      assertTrue(Files.exists(one.path()) && Files.exists(two.path()));
      assertEquals(5, in(directory).size(), in(directory).toString());
      one.close();
      ScratchDirectory.create(directory).close();
      assertTrue(Files.exists(two.path()));
    }
    assertEquals(List.of(other), in(directory));
  }

  @Test
  void whatIsLockedOrNoFileStays() throws IOException {
    Path locked = dead("locked");
    Path strange = dead("strange");
    Files.createDirectory(lockOf(strange));
    try (FileChannel channel =
            FileChannel.open(
                lockOf(locked), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertTrue(held.isValid());
      ScratchDirectory.create(directory).close();
      assertTrue(Files.exists(locked.resolve("inner/file")));
      assertTrue(Files.exists(strange.resolve("inner/file")));
    }
    ScratchDirectory.create(directory).close();
    assertFalse(Files.exists(locked));
    assertTrue(Files.exists(strange));
  }

  /** Its locks are the process's: to open their files would give them up. */
  @Test
  void whatHasTheMarkOfThisProcessIsLeftToIt() throws IOException {
    Path own;
    try (ScratchDirectory scratch = ScratchDirectory.create(directory)) {
      String name = scratch.path().getFileName().toString();
      own = Files.createDirectory(directory.resolve(name.substring(0, 27) + "other"));
    }
    ScratchDirectory.create(directory).close();
    assertTrue(Files.exists(own));
  }

  /** A link in a shared directory must not lead us to delete what it points to. */
  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path precious = Files.createDirectory(directory.resolve("precious"));
    Files.write(precious.resolve("file"), new byte[10]);
    Path parent = Files.createDirectory(directory.resolve("parent"));
    Files.createSymbolicLink(parent.resolve("tensorcache-scratch-x"), precious);
    ScratchDirectory.create(parent).close();
    assertTrue(Files.exists(precious.resolve("file")));
  }
}
