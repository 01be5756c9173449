package io.tensorcache;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A directory for the owner only that goes with the cache. */
final class TemporaryDirectory {
  private TemporaryDirectory() {}

  static Path create() {
    try {
      return Files.createTempDirectory("tensorcache-");
    } catch (IOException e) {
      throw new StorageException(
          "no temporary directory for the store (" + e + "): name one with store.directory", e);
    }
  }

  /** Deletes it with all it holds; nothing if it is gone. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
