package io.tensorcache.internal.rows;

import io.tensorcache.error.StorageException;
import io.tensorcache.internal.durable.ProcessMark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory for the owner only that goes with the cache, and at the latest when the next one is
 * made beside it: a lock beside it, which the operating system takes back however a process ends,
 * says that somebody lives there. Safe for use by several threads.
 */
public final class ScratchDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ScratchDirectory.class);

  private static final String PREFIX = "tensorcache-scratch-";
  private static final String LOCK = ".lock";

  /** What this process locks is never opened: see {@link ProcessMark}. */
  private static final String OWN_PREFIX =
      PREFIX + String.format(Locale.ROOT, "%06x-", ProcessMark.here());

  private final Path path;
  private final Path lockPath;
  private final FileChannel lock;

  private ScratchDirectory(Path path, Path lockPath, FileChannel lock) {
    this.path = path;
    this.lockPath = lockPath;
    this.lock = lock;
  }

  /** A new one where the system keeps temporary files. */
  static ScratchDirectory create() {
    try {
      // The JDK reads the property once; while JCuda is loaded, it names another directory.
      Path probe = Files.createTempFile("tensorcache", ".probe").toAbsolutePath();
      Files.delete(probe);
      return create(probe.resolveSibling(""));
    } catch (IOException e) {
      throw new StorageException(
          "no scratch directory among temporary files (" + e + "): name a directory", e);
    }
  }

  /**
   * A new one in {@code parent}, which is created if it is not there. Deletes those beside it whose
   * process is gone.
   *
   * @throws StorageException if that is not possible
   */
  public static ScratchDirectory create(Path parent) {
    try {
      Path real = Files.createDirectories(parent).toRealPath();
      ScratchDirectory created = lockedIn(real);
      try {
        Files.createDirectory(created.path, ownerOnly(real, "rwx------"));
        deleteDead(real, created.path);
        return created;
      } catch (IOException | RuntimeException e) {
        created.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(
          "no scratch directory in " + parent + " (" + e + "): name another directory", e);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path beside, String permissions) {
    return beside.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static ScratchDirectory lockedIn(Path parent) throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      String name = OWN_PREFIX + UUID.randomUUID();
      Path lockPath = parent.resolve(name + LOCK);
      FileChannel lock;
      try {
        lock =
            FileChannel.open(
                lockPath,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                ownerOnly(parent, "rw-------"));
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      if (lock.tryLock() != null && Files.exists(lockPath)) { // nobody took it for a dead one
        return new ScratchDirectory(parent.resolve(name), lockPath, lock);
      }
      lock.close();
    }
    throw new IOException("no file can be locked");
  }

  /** Only our own user's: in a shared directory for temporary files the names are anybody's. */
  private static void deleteDead(Path parent, Path own) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        boolean isLock = name.endsWith(LOCK);
        Path directory = isLock ? each.resolveSibling(name.replace(LOCK, "")) : each;
        Path lockPath = isLock ? each : each.resolveSibling(name + LOCK);
        if (!name.startsWith(OWN_PREFIX) && isOurs(each, own)) {
          deleteIfDead(directory, lockPath);
        }
      }
    }
  }

  private static boolean isOurs(Path each, Path own) {
    try {
      return Files.getOwner(each, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
    } catch (IOException e) {
      return false; // gone
    }
  }

  private static void deleteIfDead(Path directory, Path lockPath) {
    if (Files.exists(lockPath, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(lockPath, LinkOption.NOFOLLOW_LINKS)) {
      return; // nothing that a cache made: a pipe would not even open
    }
    try (FileChannel channel =
            FileChannel.open(lockPath, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock taken = channel.tryLock()) {
      if (taken != null) {
        delete(directory);
        Files.deleteIfExists(lockPath);
      }
    } catch (NoSuchFileException e) {
      deleteQuietly(directory); // its lock went first, and a new one has a new name
    } catch (IOException | OverlappingFileLockException e) {
      log.debug("{} remains", directory, e);
    }
  }

  private static void deleteQuietly(Path directory) {
    try {
      delete(directory);
    } catch (IOException e) {
      log.debug("{} remains", directory, e);
    }
  }

  public Path path() {
    return path;
  }

  /** Deletes it with all it holds. Idempotent. */
  @Override
  public void close() throws IOException {
    try {
      delete(path);
    } finally {
      try {
        Files.deleteIfExists(lockPath);
      } finally {
        lock.close();
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
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
