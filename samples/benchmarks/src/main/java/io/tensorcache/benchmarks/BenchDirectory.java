package io.tensorcache.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory of a benchmark, deleted at its end; inside {@code -Dtensorcache.bench.dir}
 * if that is set. Confined to one thread.
 */
final class BenchDirectory implements AutoCloseable {
  private final Path path;

  BenchDirectory() {
    try {
      String parent = System.getProperty("tensorcache.bench.dir");
      path =
          parent == null
              ? Files.createTempDirectory("tensorcache-bench")
              : Files.createTempDirectory(Path.of(parent), "tensorcache-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return path;
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
