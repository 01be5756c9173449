package io.tensorcache.internal.durable;

import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what a dead process left: replays its open segments, cuts their torn ends and seals
 * them. Only who holds the dead writer's lock does that. Confined to one thread.
 */
final class Takeover {
  private static final Logger log = LoggerFactory.getLogger(Takeover.class);

  private final StoreFiles files;
  private final Catalog catalog;
  private final Ledger ledger;
  private final Health health;

  /** Writers whose files could not be taken over: told once. */
  private final Set<Long> told = new HashSet<>();

  Takeover(StoreFiles files, Catalog catalog, Ledger ledger, Health health) {
    this.files = files;
    this.catalog = catalog;
    this.ledger = ledger;
    this.health = health;
  }

  /** Takes over every open segment whose writer is dead; true if there were any. */
  boolean run() {
    if (catalog.open().isEmpty()) {
      return false;
    }
    boolean any = deleteHeadless();
    Map<Long, List<SegmentName>> open =
        catalog.open().stream().collect(Collectors.groupingBy(SegmentName::writer));
    for (Map.Entry<Long, List<SegmentName>> each : open.entrySet()) {
      any |= takeOver(each.getKey(), each.getValue());
    }
    return any;
  }

  /** A writer has its lock file before its segments: without one nobody will write a header. */
  private boolean deleteHeadless() {
    List<SegmentName> headless = catalog.headless();
    try {
      Set<String> names = new HashSet<>(files.list());
      List<SegmentName> dead =
          headless.stream()
              .filter(name -> !names.contains(SegmentName.lockName(name.writer())))
              .toList();
      if (dead.isEmpty()) {
        return false;
      }
      ledger.deleteAll(dead.stream().map(name -> name.file(SegmentName.SEGMENT)).toList());
      catalog.forgetHeadless(dead);
      return true;
    } catch (IOException e) {
      told(0, new StorageException("files without content remain: " + e, e));
      return false;
    }
  }

  private void told(long writer, StorageException failure) {
    if (told.add(writer)) {
      health.failed(failure);
    }
  }

  private boolean takeOver(long writer, List<SegmentName> names) {
    try (WriterLock lock = WriterLock.takeOver(files, writer)) {
      if (lock != null) {
        for (SegmentName name : names) {
          finish(name);
        }
      }
      return lock != null;
    } catch (IOException e) {
      told(
          writer,
          new StorageException(
              String.format(
                  Locale.ROOT, "what writer %016x left cannot be taken over: %s", writer, e),
              e));
      return false;
    }
  }

  private void finish(SegmentName name) throws IOException {
    Segment segment = catalog.segments.named(name);
    if (files.size(name.file(SegmentName.INDEX)) > 0) {
      return; // another process was faster
    }
    if (segment == null) {
      if (files.size(name.file(SegmentName.SEGMENT)) < SegmentFormatV1.HEADER_BYTES) {
        ledger.delete(name);
      }
      return;
    }
    try (StoreFile file = files.open(name.file(SegmentName.SEGMENT), StoreFiles.Mode.WRITE)) {
      RecordScan scan = new RecordScan(file, segment.tag, true);
      EntryList found = catalog.contents(segment, scan);
      if (found.count() == 0) {
        catalog.forget(segment);
        ledger.delete(name);
        return;
      }
      long cut = file.size() - scan.end();
      if (cut > 0) {
        file.truncate(scan.end());
      }
      file.force();
      IndexFileV1.write(files, name, segment.tag, scan.end(), found);
      catalog.sealed(segment, found, scan.end());
      log.info("took over {}: {} entries, {} bytes cut", name, found.count(), cut);
    }
  }

  /** Deletes what belongs to no segment any more: locks of the dead, lone index files. */
  void tidy() {
    try {
      Set<String> names = new HashSet<>(files.list());
      for (String name : names) {
        Long writer = SegmentName.writerOfLock(name);
        if (writer != null && names.stream().noneMatch(isOpenSegmentOf(writer, names))) {
          WriterLock lock = WriterLock.takeOver(files, writer);
          if (lock != null) {
            lock.close();
          }
        } else if (isLone(name, names)) {
          files.delete(name);
        }
      }
    } catch (IOException e) {
      health.failed(new StorageException("old files of the store remain: " + e, e));
    }
  }

  private static java.util.function.Predicate<String> isOpenSegmentOf(
      long writer, Set<String> names) {
    return file -> {
      SegmentName name = SegmentName.of(file, SegmentName.SEGMENT);
      return name != null && name.writer() == writer && !names.contains(name + SegmentName.INDEX);
    };
  }

  private static boolean isLone(String file, Set<String> names) {
    String plain =
        file.endsWith(SegmentName.TEMPORARY)
            ? file.substring(0, file.length() - SegmentName.TEMPORARY.length())
            : file;
    SegmentName name = SegmentName.of(plain, SegmentName.INDEX);
    if (name == null) {
      name = SegmentName.of(plain, SegmentName.DEAD);
    }
    return name != null && !names.contains(name + SegmentName.SEGMENT);
  }
}
