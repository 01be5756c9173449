package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import io.tensorcache.store.StoreSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds stores and their files without opening them. Stateless. */
public final class StoreFinder {
  private StoreFinder() {}

  /** The names of the stores in a directory, in order; none if there is no such directory. */
  public static List<String> names(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try {
      return HeldDirectory.names(Files.newDirectoryStream(directory)).stream()
          .filter(name -> StoreDirectory.isName(name))
          .filter(name -> StoreDirectory.isStore(directory.resolve(name)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new StorageException("the directory " + directory + " cannot be read: " + e, e);
    }
  }

  /**
   * The files of a store.
   *
   * @throws StorageException if there is no such store
   */
  public static StoreSize size(Path directory, String name) {
    Path real = StoreDirectory.existing(directory, name);
    try (StoreFiles files = DiskFiles.hold(real)) {
      List<String> names = files.list();
      long[] bytes = new long[3];
      int segments = 0;
      int indexes = 0;
      for (String file : names) {
        if (SegmentName.of(file, SegmentName.SEGMENT) != null) {
          segments++;
          bytes[0] += files.size(file);
        } else if (SegmentName.of(file, SegmentName.INDEX) != null) {
          indexes++;
          bytes[1] += files.size(file);
        } else if (SegmentName.of(file, SegmentName.DEAD) != null) {
          bytes[2] += files.size(file);
        }
      }
      return new StoreSize(
          segments,
          Math.max(0, segments - indexes),
          ByteSize.ofBytes(bytes[0]),
          ByteSize.ofBytes(bytes[1]),
          ByteSize.ofBytes(bytes[2]));
    } catch (IOException e) {
      throw new StorageException("the store directory " + real + " cannot be read: " + e, e);
    }
  }
}
