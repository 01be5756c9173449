package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file system as it is: of a directory that is held, regular files only, of one name those that
 * are written. Safe for use by several threads.
 */
final class DiskFiles implements StoreFiles {
  private final Path path;
  private final HeldDirectory directory;
  private final boolean countsNames;

  DiskFiles(Path path, HeldDirectory directory) {
    this.path = path;
    this.directory = directory;
    this.countsNames = path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  /** See {@link StoreFiles.Source#hold}. */
  static DiskFiles hold(Path path) throws IOException {
    DiskFiles files = new DiskFiles(path, HeldDirectory.of(path));
    try {
      files.requireInPlace();
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    return new DiskFile(channel(name, mode), () -> revived(name, mode));
  }

  /** A file that was open and exists. */
  private FileChannel revived(String name, Mode mode) throws IOException {
    return channel(name, mode == Mode.READ ? mode : Mode.WRITE);
  }

  private FileChannel channel(String name, Mode mode) throws IOException {
    @Nullable BasicFileAttributes before = attributes(name);
    if (before != null && mode != Mode.CREATE_NEW) {
      requireUsable(name, before, mode != Mode.READ);
    }
    FileChannel channel =
        mode == Mode.READ ? openToRead(name) : directory.open(name, options(mode));
    try {
      @Nullable BasicFileAttributes after = attributes(name);
      if (after == null) {
        return channel; // deleted since
      }
      requireUsable(name, after, mode != Mode.READ);
      if (before != null && !Objects.equals(before.fileKey(), after.fileKey())) {
        throw new NoSuchFileException(name + " was replaced while it was opened");
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Opens what may have become a pipe since it was looked at: to open one to be read waits for a
   * writer, to open it for both does not. Nothing is written. Of a file that may not be written to
   * a pipe in its place is waited for.
   */
  private FileChannel openToRead(String name) throws IOException {
    if (countsNames) {
      try {
        return directory.open(name, options(Mode.WRITE));
      } catch (NoSuchFileException e) {
        throw e;
      } catch (FileSystemException e) {
        // not ours to write, or on a file system that is only read
      }
    }
    return directory.open(name, options(Mode.READ));
  }

  private static Set<OpenOption> options(Mode mode) {
    return switch (mode) {
      case READ -> Set.of(StandardOpenOption.READ);
      case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
      case CREATE ->
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      case CREATE_NEW ->
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    };
  }

  private void requireUsable(String name, BasicFileAttributes of, boolean isWritten)
      throws IOException {
    if (!of.isRegularFile()) {
      String what =
          of.isSymbolicLink() ? "a link" : of.isDirectory() ? "a directory" : "a pipe or a device";
      throw new SpecialFileException(name + " is " + what + ", which the store never uses");
    }
    if (isWritten && hasOtherNames(name, of)) {
      throw new SpecialFileException(
          name + " has other names (hard links): what they name is not written to");
    }
  }

  private boolean hasOtherNames(String name, BasicFileAttributes of) throws IOException {
    if (!countsNames) {
      return false;
    }
    Map<String, Object> more;
    try {
      more =
          Files.readAttributes(path.resolve(name), "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return false; // deleted since: what is open has no name
    }
    if (!Objects.equals(more.get("fileKey"), of.fileKey())) {
      requireInPlace();
      throw new NoSuchFileException(name + " was replaced while it was opened");
    }
    return ((Number) more.get("nlink")).longValue() > 1;
  }

  private @Nullable BasicFileAttributes attributes(String name) throws IOException {
    try {
      return directory.attributes(name);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public List<String> list() throws IOException {
    return directory.list();
  }

  @Override
  public boolean isSpecial(String name) throws IOException {
    @Nullable BasicFileAttributes of = attributes(name);
    return of != null && !of.isRegularFile();
  }

  @Override
  public @Nullable Object identity(String name) throws IOException {
    @Nullable BasicFileAttributes of = attributes(name);
    return of == null ? null : of.fileKey() == null ? of.creationTime() : of.fileKey();
  }

  @Override
  public long size(String name) throws IOException {
    @Nullable BasicFileAttributes of = attributes(name);
    return of != null && of.isRegularFile() ? of.size() : 0;
  }

  @Override
  public long modifiedMillis(String name) throws IOException {
    @Nullable BasicFileAttributes of = attributes(name);
    return of == null ? 0 : of.lastModifiedTime().toMillis();
  }

  @Override
  public void delete(String name) throws IOException {
    try {
      directory.delete(name);
    } catch (NoSuchFileException e) {
      return; // as is wanted
    }
  }

  @Override
  public void replace(String from, String to) throws IOException {
    directory.replace(from, to);
  }

  @Override
  public void forceNames() throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted(); // one closes the channel
        try {
          directory.forceNames();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void allocating(long byteCount) {
    // the JVM says whether there is memory
  }

  @Override
  public void requireInPlace() throws IOException {
    Object held = directory.identity();
    Object now;
    try {
      now =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey();
    } catch (NoSuchFileException e) {
      throw new DirectoryGoneException("the directory " + path + " was removed or moved");
    }
    if (!Objects.equals(held, now)) {
      throw new DirectoryGoneException("the directory " + path + " was replaced by another one");
    }
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
