package io.tensorcache.soak;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Initialises the classes of the cache, and of what it runs on, before memory runs out: a class
 * whose initialisation finds none is lost to its JVM for good. Stateless.
 */
final class SoakClasses {
  private static final List<String> PACKAGES =
      List.of("io/tensorcache", "org/ehcache", "org/terracotta", "ch/qos/logback/classic/spi");

  private SoakClasses() {}

  /** Returns how many there are. */
  static int initialize() throws IOException {
    int count = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        count += initialize(path);
      } else if (Files.isRegularFile(path)) {
        try (FileSystem jar = FileSystems.newFileSystem(path)) {
          count += initialize(jar.getPath("/"));
        }
      }
    }
    return count;
  }

  private static int initialize(Path root) throws IOException {
    int count = 0;
    for (String name : PACKAGES) {
      Path under = root.resolve(name);
      if (Files.isDirectory(under)) {
        try (Stream<Path> files = Files.walk(under)) {
          count += (int) files.filter(file -> isInitialized(root, file)).count();
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
    return count;
  }

  private static boolean isInitialized(Path root, Path file) {
    String name =
        root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), ".");
    if (!name.endsWith(".class") || name.endsWith("-info.class")) {
      return false;
    }
    try {
      Class.forName(name.substring(0, name.length() - ".class".length()));
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // needs what is not on this class path
    }
  }
}
