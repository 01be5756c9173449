package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A directory known by its path, where the system has nothing better: Windows, macOS. */
final class PathDirectory implements HeldDirectory {
  private final Path directory;
  private final @Nullable Object identity;

  PathDirectory(Path directory) throws IOException {
    this.directory = directory;
    this.identity = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  @Override
  public FileChannel open(String name, Set<OpenOption> options) throws IOException {
    Set<OpenOption> all = new HashSet<>(options);
    all.add(LinkOption.NOFOLLOW_LINKS);
    FileAttribute<?>[] attributes = {};
    boolean creates =
        options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW);
    if (creates && directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      attributes =
          new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          };
    }
    return FileChannel.open(path(name), all, attributes);
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return Files.readAttributes(path(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(path(name));
  }

  @Override
  public void replace(String from, String to) throws IOException {
    try {
      Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(path(from), path(to), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public List<String> list() throws IOException {
    return HeldDirectory.names(Files.newDirectoryStream(directory));
  }

  @Override
  public void forceNames() throws IOException {
    if (StoreDirectory.isWindows()) {
      return; // a directory cannot be opened there; NTFS keeps its own journal of names
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public @Nullable Object identity() {
    return identity;
  }

  @Override
  public void close() {}
}
