package io.tensorcache.internal.durable;

import java.nio.file.Path;
import java.util.function.LongSupplier;

/** What the classes of one store share. Safe for use by several threads. */
record StoreParts(
    StoreFiles files,
    Path directory,
    DurableSettings settings,
    StoreClock clock,
    Health health,
    Catalog catalog,
    Ledger ledger,
    Pruner pruner) {

  static StoreParts of(
      StoreFiles files, Path directory, DurableSettings settings, StoreClock clock, Health health) {
    Catalog catalog = new Catalog(files, directory, clock, health);
    Ledger ledger = new Ledger(files, directory);
    Pruner pruner = new Pruner(files, directory, catalog, ledger, health);
    return new StoreParts(files, directory, settings, clock, health, catalog, ledger, pruner);
  }

  SegmentWriter segmentWriter(
      long writer, LongSupplier tags, SegmentWriter.Publication publication) {
    return new SegmentWriter(
        files,
        directory,
        catalog,
        ledger,
        clock,
        writer,
        settings.segmentBytes(),
        tags,
        publication);
  }

  Room room() {
    return new Room(files, directory, catalog, ledger, health, settings);
  }

  Takeover takeover() {
    return new Takeover(files, directory, catalog, ledger, health);
  }

  /** Entries created before this are not served, in the seconds of the index. */
  int oldestSeconds() {
    if (settings.timeToLive() == null) {
      return 0;
    }
    return clock.seconds(clock.millis() - settings.timeToLive().toMillis());
  }
}
