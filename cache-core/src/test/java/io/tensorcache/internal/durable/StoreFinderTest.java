package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies beside a store may be anything: a directory for temporary files is anybody's. */
class StoreFinderTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  @BeforeEach
  void fill() throws Exception {
    RowStore.create(directory, "rows", ByteSize.ofMiB(1)).close();
    Files.createFile(directory.resolve("file"));
    Files.createDirectory(directory.resolve("empty"));
    Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("none"));
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    String pipe = directory.resolve("pipe").toString();
    assertEquals(0, new ProcessBuilder("mkfifo", pipe).start().waitFor());
  }

  @Test
  void nothingElseIsAStoreAndAPipeIsNotWaitedFor() {
    assertEquals(List.of("rows"), assertTimeoutPreemptively(LONG, () -> RowStore.names(directory)));
  }

  @Test
  void nothingElseIsOpened() {
    for (String name : List.of("file", "empty", "dangling", "loop", "pipe", "none")) {
      String why =
          assertTimeoutPreemptively(
              LONG,
              () ->
                  assertThrows(StorageException.class, () -> RowStore.open(directory, name))
                      .getMessage());
      assertTrue(why.contains(directory.resolve(name).toString()), why);
    }
  }
}
