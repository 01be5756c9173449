package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the classes of one store share. Safe for use by several threads. */
record StoreParts(
    OpenFiles files,
    Path directory,
    StoreConfig config,
    StoreClock clock,
    Health health,
    Catalog catalog,
    Ledger ledger,
    Pruner pruner,
    MovingRows moving,
    FunctionNotes notes,
    NewRows newRows) {

  static StoreParts of(
      StoreFiles held, Path directory, StoreConfig config, StoreClock clock, Health health) {
    OpenFiles files = new OpenFiles(held, DescriptorLimit.filesOfOneStore());
    Catalog catalog = new Catalog(files, directory, clock, health);
    Ledger ledger = new Ledger(files, directory);
    Pruner pruner = new Pruner(files, catalog, ledger, health);
    FunctionNotes notes = new FunctionNotes(files, ledger, health);
    NewRows newRows = new NewRows(config, catalog, ledger, health);
    MovingRows moving = new MovingRows();
    return new StoreParts(
        files, directory, config, clock, health, catalog, ledger, pruner, moving, notes, newRows);
  }

  /** Of a store that is only looked at. */
  static StoreParts toRead(Path directory, Health health) {
    return of(
        new ReadOnlyFiles(StoreDirectory.hold(DiskFiles::hold, directory)),
        directory,
        StoreLimits.toRead(),
        new StoreClock(System::currentTimeMillis),
        health);
  }

  /**
   * The lock of a writer, with what dead ones left away; null if the files are only read.
   *
   * @param held the directory itself: the file of a lock stays open
   */
  @Nullable WriterLock lock(StoreFiles held) {
    WriterLock lock = null;
    try {
      lock = WriterLock.create(held);
      ledger.recount(0);
      takeover().tidy();
    } catch (IOException e) {
      health.refuse(
          "the store directory " + directory + " cannot be written (" + e + "): it is only read",
          e,
          true);
    }
    return lock;
  }

  /** Takes no more rows until the files can be written again. */
  void refuse(Throwable cause) {
    health.refuse(
        "the durable store in "
            + directory
            + " cannot be written ("
            + cause
            + "): nothing is stored until that is mended",
        cause,
        false);
  }

  /** Lets go of the lock of a writer, if there is one; that its file remains is told. */
  void unlock(@Nullable WriterLock lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      health.failed(new StorageException("a lock file remains: " + e, e));
    }
  }

  SegmentWriter segmentWriter(
      WriterLock lock, LongSupplier tags, SegmentWriter.Publication publication) {
    return new SegmentWriter(this, lock, tags, publication);
  }

  Room room() {
    return new Room(this);
  }

  Takeover takeover() {
    return new Takeover(files, catalog, ledger, health);
  }

  /** Entries created before this are not served, in the seconds of the index. */
  int oldestSeconds() {
    if (config.timeToLive() == null) {
      return 0;
    }
    return clock.seconds(clock.millis() - config.timeToLive().toMillis());
  }
}
