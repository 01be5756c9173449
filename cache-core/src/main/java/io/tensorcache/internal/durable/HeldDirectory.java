package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the system can do with the names in a directory. Names are resolved against the directory
 * itself where the system can do that ({@link SecureDirectory}), else against its path. Links are
 * never followed. Safe for use by several threads.
 */
interface HeldDirectory extends AutoCloseable {
  /** The best that the system offers. */
  @SuppressWarnings("resource") // held
  static HeldDirectory of(Path directory) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new SecureDirectory(secure);
    }
    stream.close();
    return new PathDirectory(directory);
  }

  /** Opens with these options, and creates for the owner only. */
  FileChannel open(String name, Set<java.nio.file.OpenOption> options) throws IOException;

  /** Of a link those of the link. */
  BasicFileAttributes attributes(String name) throws IOException;

  void delete(String name) throws IOException;

  void replace(String from, String to) throws IOException;

  List<String> list() throws IOException;

  void forceNames() throws IOException;

  /** What tells this directory from every other one; null if the system does not say. */
  @Nullable Object identity() throws IOException;

  @Override
  void close() throws IOException;

  /** The names that a stream gives; closes it. */
  static List<String> names(DirectoryStream<Path> stream) throws IOException {
    List<String> names = new ArrayList<>();
    try (stream) {
      for (Path entry : stream) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }
}
