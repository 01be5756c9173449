package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A directory held by a descriptor: names are resolved against it (openat and its like). */
final class SecureDirectory implements HeldDirectory {
  private static final Path SELF = Path.of(".");
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final SecureDirectoryStream<Path> stream;

  SecureDirectory(SecureDirectoryStream<Path> stream) {
    this.stream = stream;
  }

  private interface Use<T> {
    T apply() throws IOException;
  }

  private static <T> T whileOpen(Use<T> use) throws IOException {
    try {
      return use.apply();
    } catch (ClosedDirectoryStreamException e) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public FileChannel open(String name, Set<OpenOption> options) throws IOException {
    Set<OpenOption> all = new HashSet<>(options);
    all.add(LinkOption.NOFOLLOW_LINKS);
    return whileOpen(() -> (FileChannel) stream.newByteChannel(Path.of(name), all, OWNER_ONLY));
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return whileOpen(
        () ->
            stream
                .getFileAttributeView(
                    Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes());
  }

  @Override
  public void delete(String name) throws IOException {
    whileOpen(
        () -> {
          stream.deleteFile(Path.of(name));
          return null;
        });
  }

  @Override
  public void replace(String from, String to) throws IOException {
    whileOpen(
        () -> {
          stream.move(Path.of(from), stream, Path.of(to));
          return null;
        });
  }

  @Override
  public List<String> list() throws IOException {
    return whileOpen(
        () -> HeldDirectory.names(stream.newDirectoryStream(SELF, LinkOption.NOFOLLOW_LINKS)));
  }

  @Override
  public void forceNames() throws IOException {
    whileOpen(
        () -> {
          Set<OpenOption> read = Set.of(StandardOpenOption.READ);
          try (FileChannel channel = (FileChannel) stream.newByteChannel(SELF, read)) {
            channel.force(true);
          }
          return null;
        });
  }

  @Override
  public Object identity() throws IOException {
    return whileOpen(
        () -> stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey());
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
