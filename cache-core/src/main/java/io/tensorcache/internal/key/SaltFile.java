package io.tensorcache.internal.key;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A file of 32 secret bytes that only its owner can read. Made by whoever comes first: it appears
 * with all its bytes, so several processes that start at once take the same ones.
 */
public final class SaltFile {
  private static final int BYTES = KeyMaterial.SEED_BYTES;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OF_OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private SaltFile() {}

  /**
   * The bytes of the file, which is created with random ones if there is none.
   *
   * @throws IllegalArgumentException if it is no regular file, has not 32 bytes, or is open to
   *     others; the message says what to do
   * @throws UncheckedIOException if it can be neither read nor created
   */
  public static byte[] readOrCreate(Path path) {
    try {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        create(path);
      }
      return read(path);
    } catch (UnsupportedOperationException e) {
      throw new UncheckedIOException(
          new IOException(
              "salt file " + path + ": its file system cannot keep it to its owner; use another",
              e));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(
          "salt file " + path + ": its directory is not there: create it", e);
    } catch (IOException e) {
      throw new UncheckedIOException("salt file " + path + ": " + e.getMessage(), e);
    }
  }

  /** Fills a file beside it and gives that its name, which only one can. */
  private static void create(Path path) throws IOException {
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    Path directory = Objects.requireNonNullElse(path.toAbsolutePath().getParent(), path);
    Path fresh =
        Files.createTempFile(
            directory, ".salt-", ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
        out.write(secret);
        out.getFD().sync();
      }
      Files.createLink(path, fresh);
    } catch (FileAlreadyExistsException e) {
      // another was first: its bytes are read
    } finally {
      Files.delete(fresh);
    }
  }

  private static byte[] read(Path path) throws IOException {
    PosixFileAttributes before = attributes(path);
    check(path, before);
    // Not a channel: an interrupt would close it.
    try (FileInputStream in = new FileInputStream(path.toFile())) {
      byte[] bytes = in.readNBytes(BYTES + 1);
      if (bytes.length != BYTES || !Objects.equals(attributes(path).fileKey(), before.fileKey())) {
        throw new IOException("it changed while it was read");
      }
      return bytes;
    }
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static void check(Path path, PosixFileAttributes attributes) {
    if (!attributes.isRegularFile()) {
      throw refused(
          path,
          attributes.isSymbolicLink()
              ? "is a symbolic link: name the file itself"
              : "is no regular file: name another");
    }
    Set<PosixFilePermission> open = EnumSet.copyOf(OF_OTHERS);
    open.retainAll(attributes.permissions());
    if (!open.isEmpty()) {
      throw refused(
          path,
          "is open to others ("
              + PosixFilePermissions.toString(attributes.permissions())
              + "): they may know it. Remove it for a new one, or chmod 600 it");
    }
    if (attributes.size() != BYTES) {
      throw refused(
          path,
          "has " + attributes.size() + " bytes: must be " + BYTES + "; remove it for a new one");
    }
  }

  private static IllegalArgumentException refused(Path path, String why) {
    return new IllegalArgumentException("salt file " + path + " " + why);
  }
}
