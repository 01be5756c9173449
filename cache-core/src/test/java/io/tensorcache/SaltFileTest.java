package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.key.SaltFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaltFileTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("salt");
  }

  private void assertRefused(String why) {
    TensorCacheBuilder builder = TensorCache.builder("x");
    var error = assertThrows(IllegalArgumentException.class, () -> builder.saltFrom(file()));
    assertTrue(error.getMessage().startsWith("salt file " + file()), error.getMessage());
    assertTrue(error.getMessage().contains(why), error.getMessage());
  }

  private void write(int bytes, String permissions) throws IOException {
    Files.write(file(), new byte[bytes]);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
  }

  @Test
  void isCreatedForItsOwnerOnlyAndReadAgain() throws IOException {
    byte[] created = SaltFile.readOrCreate(file());
    assertEquals(32, created.length);
    assertArrayEquals(created, Files.readAllBytes(file()));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    assertArrayEquals(created, SaltFile.readOrCreate(file()));
    try (var files = Files.list(directory)) {
      assertEquals(List.of(file()), files.toList());
    }
    Files.delete(file());
    assertNotEquals(
        HexFormat.of().formatHex(created), HexFormat.of().formatHex(SaltFile.readOrCreate(file())));
  }

  @Test
  void saltsTheCache() {
    try (TensorCache cache =
        TensorCache.builder("x").heap(ByteSize.ofMiB(1)).saltFrom(file()).build()) {
      assertTrue(cache.config().salted());
    }
    TensorCacheBuilder both = TensorCache.builder("x").saltFrom(file());
    assertThrows(IllegalStateException.class, () -> both.salt(new byte[32]));
  }

  @Test
  void onAnInterruptedThreadToo() {
    Thread.currentThread().interrupt();
    byte[] created = SaltFile.readOrCreate(file());
    assertArrayEquals(created, SaltFile.readOrCreate(file()));
    assertTrue(Thread.interrupted());
  }

  @Test
  void whoeverStartsAtOnceTakesTheSame() throws Exception {
    int threads = 16;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 50; round++) {
        CyclicBarrier start = new CyclicBarrier(threads);
        Path path = directory.resolve("salt" + round);
        Callable<String> take =
            () -> {
              start.await();
              return HexFormat.of().formatHex(SaltFile.readOrCreate(path));
            };
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          all.add(pool.submit(take));
        }
        TreeSet<String> salts = new TreeSet<>();
        for (Future<String> one : all) {
          salts.add(one.get());
        }
        assertEquals(1, salts.size());
      }
    } finally {
      pool.shutdown();
    }
    try (var files = Files.list(directory)) {
      assertEquals(50, files.count());
    }
  }

  @Test
  void otherLengthsAreRefused() throws IOException {
    for (int bytes : new int[] {0, 31, 33, 1000}) {
      write(bytes, "rw-------");
      assertRefused("has " + bytes + " bytes: must be 32");
    }
  }

  @Test
  void whatOthersMayReadOrWriteIsRefused() throws IOException {
    for (String open : List.of("rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx")) {
      write(32, open);
      assertRefused("is open to others (" + open + ")");
    }
    write(32, "r--------");
    assertEquals(32, SaltFile.readOrCreate(file()).length);
  }

  @Test
  void linksPipesAndDirectoriesAreRefused() throws Exception {
    Path real = directory.resolve("real");
    SaltFile.readOrCreate(real);
    Files.createSymbolicLink(file(), real);
    assertRefused("is a symbolic link: name the file itself");
    Files.delete(file());
    Files.createSymbolicLink(file(), directory.resolve("nowhere"));
    assertRefused("is a symbolic link");
    Files.delete(file());
    Files.createDirectory(file());
    assertRefused("is no regular file");
    Files.delete(file());
    assertEquals(0, new ProcessBuilder("mkfifo", file().toString()).start().waitFor());
    assertRefused("is no regular file");
  }

  @Test
  void aMissingDirectoryIsNamed() {
    TensorCacheBuilder builder = TensorCache.builder("x");
    Path path = directory.resolve("none").resolve("salt");
    var error = assertThrows(UncheckedIOException.class, () -> builder.saltFrom(path));
    assertTrue(error.getMessage().contains(path.toString()), error.getMessage());
    assertTrue(error.getMessage().contains("create it"), error.getMessage());
  }
}
