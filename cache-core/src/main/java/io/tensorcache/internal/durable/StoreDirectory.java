package io.tensorcache.internal.durable;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the directory of a store for its owner only, and warns of one that is not fit. */
final class StoreDirectory {
  private static final Logger log = LoggerFactory.getLogger(StoreDirectory.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final Set<String> SHARED_BY_MACHINES =
      Set.of("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "9p", "lustre");

  private StoreDirectory() {}

  static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("windows");
  }

  /**
   * The existing directory of a store.
   *
   * @throws IllegalArgumentException if the name cannot be one
   * @throws StorageException if it does not exist and cannot be created
   */
  static Path create(Path parent, String name) {
    checkName(name);
    Path directory = parent.resolve(name);
    try {
      createOwnerOnly(parent);
      createOwnerOnly(directory);
      Path real = directory.toRealPath();
      warnIfOpenToOthers(real);
      warnIfRemote(real);
      return real;
    } catch (IOException e) {
      throw new StorageException(
          "the store directory " + directory + " cannot be used: " + e + ". Name another one.", e);
    }
  }

  /**
   * The directory of a store that is there.
   *
   * @throws IllegalArgumentException if the name cannot be one
   * @throws StorageException if there is no such store
   */
  static Path existing(Path parent, String name) {
    checkName(name);
    Path directory = parent.resolve(name);
    try {
      if (!hasStoreFiles(directory)) {
        throw new StorageException(
            Files.isDirectory(directory)
                ? directory + " is not a store: it has no " + Ledger.FILE + " and no segments"
                : "there is no store " + directory + ": nothing is created by reading");
      }
      return directory.toRealPath();
    } catch (IOException e) {
      throw new StorageException("the store directory " + directory + " cannot be used: " + e, e);
    }
  }

  /**
   * Holds the directory of a store.
   *
   * @throws StorageException if it cannot be read
   */
  static StoreFiles hold(StoreFiles.Source source, Path directory) {
    try {
      return source.hold(directory);
    } catch (IOException e) {
      throw new StorageException("the store directory " + directory + " cannot be read: " + e, e);
    }
  }

  /** True if a directory holds files of a store. */
  static boolean isStore(Path directory) {
    try {
      return hasStoreFiles(directory);
    } catch (IOException e) {
      return false; // one that cannot be read
    }
  }

  private static boolean hasStoreFiles(Path directory) throws IOException {
    if (Files.isRegularFile(directory.resolve(Ledger.FILE))) {
      return true;
    }
    if (!Files.isDirectory(directory)) {
      return false; // to list a pipe would wait for who writes to it
    }
    try {
      return HeldDirectory.names(Files.newDirectoryStream(directory)).stream()
          .anyMatch(name -> SegmentName.of(name, SegmentName.SEGMENT) != null);
    } catch (NotDirectoryException | NoSuchFileException e) {
      return false;
    }
  }

  private static void checkName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "store name \"" + name + "\": 1 to 100 of A-Z a-z 0-9 . _ -, not starting with . or -");
    }
  }

  /** True if a store may be called so. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static void createOwnerOnly(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(directory);
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Files.createDirectory(directory, ownerOnly);
    } catch (java.nio.file.FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  private static void warnIfOpenToOthers(Path directory) throws IOException {
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(directory);
    if (granted.stream().anyMatch(permission -> !permission.name().startsWith("OWNER"))) {
      log.warn(
          "the store directory {} is open to other users ({}): chmod 700 it",
          directory,
          PosixFilePermissions.toString(granted));
    }
  }

  private static void warnIfRemote(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type().toLowerCase(Locale.ROOT);
    if (SHARED_BY_MACHINES.contains(type)) {
      log.warn(
          "the store directory {} is on {}: use it from one machine at a time, as file locks"
              + " between machines cannot be relied on",
          directory,
          type);
    }
  }
}
