package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.store.StoreSize;
import io.tensorcache.store.StoredFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks at a store without reading its rows. */
final class StoreHealth {
  private StoreHealth() {}

  /** What was found, in order; never throws. */
  static List<HealthCheck> of(Path directory, String name) {
    List<HealthCheck> checks = new ArrayList<>();
    try (RowStore store = RowStore.open(directory, name)) {
      List<StoredFunction> functions = store.functions();
      StoreSize size = store.size();
      long rows = functions.stream().mapToLong(StoredFunction::rows).sum();
      checks.add(
          new HealthCheck(
              "store",
              store.problems().isEmpty(),
              String.format(
                  Locale.ROOT,
                  "%s, %d rows in %d segments%s, %s",
                  store.problems().isEmpty() ? "ok" : "NOT OK",
                  rows,
                  size.segments(),
                  size.openSegments() == 0
                      ? ""
                      : " ("
                          + size.openSegments()
                          + " without an index: being written, or left by a process that died)",
                  size.bytes())));
      store.problems().forEach(each -> checks.add(new HealthCheck("", false, each)));
      files(directory.resolve(name), checks);
    } catch (TensorCacheException | IllegalArgumentException e) {
      checks.add(new HealthCheck("store", false, String.valueOf(e.getMessage())));
    }
    return checks;
  }

  private static void files(Path store, List<HealthCheck> checks) {
    try {
      boolean isOpen =
          store.getFileSystem().supportedFileAttributeViews().contains("posix")
              && Files.getPosixFilePermissions(store).stream()
                  .map(PosixFilePermission::name)
                  .anyMatch(each -> !each.startsWith("OWNER"));
      checks.add(
          new HealthCheck(
              "permissions",
              !isOpen,
              isOpen ? store + " is open to other users: chmod 700 it" : "ok, the owner only"));
      var files = Files.getFileStore(store);
      checks.add(
          new HealthCheck(
              "disk",
              true,
              files.type() + ", " + ByteSize.ofBytes(files.getUsableSpace()) + " free"));
      checks.add(
          new HealthCheck(
              "writable", true, Files.isWritable(store) ? "yes" : "no: rows are only read"));
    } catch (IOException e) {
      checks.add(new HealthCheck("disk", false, store + " cannot be looked at: " + e));
    }
  }
}
