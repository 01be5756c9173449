package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the store below its limit. {@code EVICT} and {@code RECENT}: the segment that was written
 * longest ago goes, whoever wrote it, and those of its rows that this process read since they were
 * written are written again, up to a quarter of a segment. Confined to the writer's thread.
 */
final class Room {
  private final StoreParts parts;
  private final StoreFiles files;
  private final Catalog catalog;
  private final Ledger ledger;
  private final Health health;
  private final MovingRows moving;
  private final NewRows newRows;
  private final StoreConfig config;
  private volatile long evicted;

  Room(StoreParts parts) {
    this.parts = parts;
    this.files = parts.files();
    this.catalog = parts.catalog();
    this.ledger = parts.ledger();
    this.health = parts.health();
    this.moving = parts.moving();
    this.newRows = parts.newRows();
    this.config = parts.config();
  }

  /** An entry that moves to another segment. */
  record Carried(TensorKey key, EncodedEntry entry, Provenance provenance, long createdMillis) {
    long cost() {
      return SegmentWriter.costOf(entry.byteCount(), provenance);
    }
  }

  long evicted() {
    return evicted;
  }

  /**
   * Reserves so many bytes, dropping segments for them if need be.
   *
   * @param mayDrop whether segments may go for it
   * @param writer seals its segment if nothing else can go
   * @param carried gets the entries to write again; bytes are reserved for them too
   * @return false if there is no room
   */
  boolean make(long bytes, boolean mayDrop, SegmentWriter writer, List<Carried> carried)
      throws IOException {
    long limit = config.limit().bytes();
    boolean sealed = false;
    boolean dropped = false;
    while (!ledger.reserve(bytes + cost(carried), limit)) {
      if (!mayDrop || config.whenFull() == WhenFull.KEEP_FIRST) {
        return false;
      }
      SegmentName oldest = oldest();
      if (oldest != null) {
        drop(oldest, carried);
        dropped = true;
      } else if (!sealed) {
        writer.seal();
        sealed = true;
      } else if (!carried.isEmpty()) {
        carried.clear();
      } else {
        return false;
      }
    }
    if (dropped) {
      sayWhatIsNext();
    }
    return true;
  }

  /** Finds out which segment goes next. */
  void sayWhatIsNext() throws IOException {
    SegmentName name = oldest();
    Segment next = name == null ? null : catalog.segments.named(name);
    newRows.nextIs(next != null && hasKnownLength(next) ? next : null);
  }

  /** False if another process drops it just now. */
  private static boolean hasKnownLength(Segment segment) {
    try {
      segment.reaches(Long.MAX_VALUE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Bytes to reserve for entries. */
  static long cost(List<Carried> carried) {
    return carried.stream().mapToLong(Carried::cost).sum();
  }

  /** The sealed segment that was written longest ago; null if there is none. */
  private @Nullable SegmentName oldest() throws IOException {
    Set<String> names = new HashSet<>(files.list());
    SegmentName oldest = null;
    long oldestMillis = Long.MAX_VALUE;
    for (String file : names) {
      SegmentName name = SegmentName.of(file, SegmentName.SEGMENT);
      if (name == null || !isDroppable(name, names)) {
        continue;
      }
      long millis = files.modifiedMillis(file);
      boolean isOlder =
          millis < oldestMillis
              || millis == oldestMillis
                  && oldest != null
                  && name.writer() == oldest.writer()
                  && name.number() < oldest.number();
      if (isOlder) {
        oldest = name;
        oldestMillis = millis;
      }
    }
    return oldest;
  }

  private boolean isDroppable(SegmentName name, Set<String> names) {
    Segment known = catalog.segments.named(name);
    return names.contains(name + SegmentName.INDEX) && !catalog.isNewer(name)
        || known != null && known.isSealed;
  }

  private void drop(SegmentName name, List<Carried> carried) throws IOException {
    Segment segment = catalog.segments.named(name);
    int before = carried.size();
    if (segment != null) {
      collectUsed(segment, carried);
      long entries = newRows.forget(segment, parts.oldestSeconds());
      long dropped = Math.max(0, entries - (carried.size() - before));
      evicted += dropped;
      health.evicted(dropped);
    }
    ledger.delete(name);
  }

  /** Copies the entries that were read since they were written; what cannot be read is dropped. */
  private void collectUsed(Segment segment, List<Carried> carried) {
    long[] room = {Math.min(StoreLimits.segmentBytes(config) / 4, 64 << 20) - cost(carried)};
    try {
      EntrySet entries = EntrySet.of(files, catalog, segment);
      entries.forEach(
          (key, start, bytes, from, at) -> {
            Provenance provenance = entries.provenances().get(from);
            long place = Place.of(segment.slot, start, SegmentFormatV1.recordBytes(bytes));
            if (provenance != null && bytes < room[0] && catalog.index.isUsed(key, place)) {
              moving.begin(key); // before it is known to be there still
              boolean isThere = catalog.index.contains(key, place);
              EncodedEntry entry = isThere ? read(segment, start, bytes) : null;
              if (entry != null) {
                Carried kept = new Carried(key, entry, provenance, at);
                carried.add(kept);
                room[0] -= kept.cost();
              }
            }
          });
    } catch (IOException e) {
      if (!catalog.isDropped(segment)) { // else another process made room, and was faster
        health.failed(new StorageException("rows of " + segment.name + " are not kept: " + e, e));
      }
    }
  }

  private @Nullable EncodedEntry read(Segment segment, int start, int bytes) {
    files.allocating(bytes);
    ByteBuffer entry = ByteBuffer.allocate(bytes);
    long at = (long) start * SegmentFormatV1.UNIT + SegmentFormatV1.RECORD_HEADER_BYTES;
    try {
      return segment.read(entry, at) == bytes ? EncodedEntry.of(entry.flip()) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Drops the segments whose entries are all expired. */
  void dropExpired(long nowMillis) throws IOException {
    if (config.timeToLive() == null) {
      return;
    }
    long oldest = nowMillis - config.timeToLive().toMillis();
    for (Segment segment : catalog.segments.all()) {
      if (segment.isSealed && segment.newestMillis < oldest) {
        catalog.forget(segment);
        ledger.delete(segment.name);
      }
    }
  }
}
