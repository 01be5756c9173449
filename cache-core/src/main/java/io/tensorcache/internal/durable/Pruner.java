package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removes entries so that they stay removed: says so in the file beside their segment, and deletes
 * a sealed segment that has none left. Confined to the writer's thread.
 */
final class Pruner {
  static final RemovedRows NONE = new RemovedRows(0, ByteSize.ofBytes(0));

  private final StoreFiles files;
  private final Catalog catalog;
  private final Ledger ledger;
  private final Health health;

  Pruner(StoreFiles files, Catalog catalog, Ledger ledger, Health health) {
    this.files = files;
    this.catalog = catalog;
    this.ledger = ledger;
    this.health = health;
  }

  /** Removes every record of a key. */
  void remove(TensorKey key) {
    for (long place; (place = catalog.index.find(key, 0)) != 0; ) {
      catalog.index.remove(key, place);
      bury(place);
    }
  }

  /** Makes the removal of a record, which is out of the index already, last. */
  void bury(long place) {
    Segment segment = catalog.segments.at(Place.segment(place));
    if (segment != null) {
      int start = Place.start(place);
      bury(segment, List.of(new DeadFileV1.Range(start, start + 1)));
    }
  }

  private void bury(Segment segment, List<DeadFileV1.Range> ranges) {
    ranges.forEach(range -> segment.dead.add(range.from(), range.to()));
    try {
      DeadFileV1.append(files, ledger, segment, ranges);
    } catch (IOException e) {
      health.failed(
          new StorageException("removed rows of " + segment.name + " may come back: " + e, e));
    }
  }

  /** Visits every entry that can be found, segment by segment. */
  void forEach(Consumer<StoredEntry> visitor) {
    List<Segment> segments = catalog.segments.all();
    segments.sort(Comparator.comparing(segment -> segment.name.toString()));
    for (Segment segment : segments) {
      walk(
          segment,
          (key, start, bodyBytes, of, createdMillis) -> {
            long bytes = SegmentFormatV1.recordBytes(bodyBytes);
            visitor.accept(
                new StoredEntry(
                    key,
                    of,
                    Instant.ofEpochMilli(createdMillis),
                    bytes,
                    segment.name.toString(),
                    Place.of(segment.slot, start, bytes)));
          });
    }
  }

  /** An entry that can be found, with where it comes from. */
  private interface LivingVisitor {
    void entry(TensorKey key, int start, int bodyBytes, Provenance of, long createdMillis);
  }

  private void walk(Segment segment, LivingVisitor visitor) {
    try {
      EntrySet entries = EntrySet.of(files, catalog, segment);
      entries.forEach(
          (key, start, bytes, from, at) -> {
            Provenance of = entries.provenances().get(from);
            long place = Place.of(segment.slot, start, SegmentFormatV1.recordBytes(bytes));
            if (of != null && catalog.index.contains(key, place)) {
              visitor.entry(key, start, bytes, of, at);
            }
          });
    } catch (IOException e) {
      if (!catalog.isDropped(segment)) {
        health.failed(new StorageException(segment.name + " cannot be read: " + e, e));
      }
    }
  }

  /** Removes what is selected. The open segment is sealed. */
  RemovedRows prune(RowSelection selection) {
    catalog.poll();
    long rows = 0;
    long bytes = 0;
    for (Segment segment : catalog.segments.all()) {
      RemovedRows removed = prune(segment, selection);
      rows += removed.rows();
      bytes += removed.bytes().bytes();
    }
    return new RemovedRows(rows, ByteSize.ofBytes(bytes));
  }

  /** What {@link #prune} would remove. */
  RemovedRows count(RowSelection selection) {
    catalog.poll();
    long[] counts = new long[2]; // rows, bytes
    for (Segment segment : catalog.segments.all()) {
      walk(
          segment,
          (key, start, bytes, of, at) -> {
            if (of.isIn(selection, Instant.ofEpochMilli(at))) {
              counts[0]++;
              counts[1] += SegmentFormatV1.recordBytes(bytes);
            }
          });
    }
    return new RemovedRows(counts[0], ByteSize.ofBytes(counts[1]));
  }

  private RemovedRows prune(Segment segment, RowSelection selection) {
    List<DeadFileV1.Range> ranges = new ArrayList<>();
    long[] counts = new long[3]; // removed, kept, bytes removed
    walk(
        segment,
        (key, start, bytes, of, at) -> {
          if (of.isIn(selection, Instant.ofEpochMilli(at))) {
            long place = Place.of(segment.slot, start, SegmentFormatV1.recordBytes(bytes));
            catalog.index.remove(key, place);
            ranges.add(new DeadFileV1.Range(start, start + 1));
            counts[0]++;
            counts[2] += SegmentFormatV1.recordBytes(bytes);
          } else {
            counts[1]++;
          }
        });
    if (counts[0] > 0 && counts[1] == 0 && segment.isSealed) {
      delete(segment);
    } else if (counts[0] > 0) {
      bury(segment, ranges);
    }
    return new RemovedRows(counts[0], ByteSize.ofBytes(counts[2]));
  }

  /** Removes everything that is there now. */
  void clear() {
    catalog.poll();
    for (Segment segment : catalog.segments.all()) {
      if (segment.isSealed) {
        delete(segment);
      } else {
        clearOpen(segment);
      }
    }
  }

  private void clearOpen(Segment segment) {
    int end = (int) (segment.scannedTo / SegmentFormatV1.UNIT);
    catalog.index.removeIf(segment::has);
    bury(segment, List.of(new DeadFileV1.Range(1, Math.max(2, end))));
  }

  private void delete(Segment segment) {
    catalog.forget(segment);
    try {
      ledger.delete(segment.name);
    } catch (IOException e) {
      health.failed(new StorageException(segment.name + " cannot be deleted: " + e, e));
    }
  }
}
