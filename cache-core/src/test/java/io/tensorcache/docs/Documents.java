package io.tensorcache.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/** The files of the repository that are written by hand. */
final class Documents {
  /** The root of the repository, seen from a module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Documents() {}

  /** All Markdown files. */
  static List<Path> markdown() throws IOException {
    return find(path -> path.toString().endsWith(".md"));
  }

  /** All sources of programs and libraries. */
  static List<Path> mainSources() throws IOException {
    return find(path -> isSource(path) && path.toString().contains("/src/main/"));
  }

  /** All sources of tests. */
  static List<Path> testSources() throws IOException {
    return find(path -> isSource(path) && path.toString().contains("/src/test/"));
  }

  private static boolean isSource(Path path) {
    return path.toString().endsWith(".java") || path.toString().endsWith(".kt");
  }

  private static List<Path> find(Predicate<Path> wanted) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            boolean isOurs = !name.startsWith(".") && !name.equals("target");
            return isOurs || directory.equals(ROOT)
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (wanted.test(ROOT.relativize(file))) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(found);
    return found;
  }
}
