package io.tensorcache.internal.durable;

import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes out of the index what the files of removed records say. Guarded by the lock of the {@link
 * Catalog}.
 */
final class RemovedRecords {
  private final StoreFiles files;
  private final KeyIndex index;
  private final Segments segments;

  RemovedRecords(StoreFiles files, KeyIndex index, Segments segments) {
    this.files = files;
    this.index = index;
    this.segments = segments;
  }

  /** Reads what was appended since the last time. */
  void read(Segment segment) throws IOException {
    if (files.size(segment.name.file(SegmentName.DEAD)) <= segment.deadSeen
        && !files.isSpecial(segment.name.file(SegmentName.DEAD))) {
      return;
    }
    Set<Integer> single = new HashSet<>();
    boolean[] wide = new boolean[1];
    segment.deadSeen =
        DeadFileV1.read(
            files,
            segment,
            segment.deadSeen,
            (from, to) -> {
              segment.dead.add(from, to);
              wide[0] |= to - from > 1;
              single.add(from);
            });
    if (segments.named(segment.name) == null) {
      return; // nothing of it is in the index yet
    }
    if (wide[0] || single.size() > 256) {
      index.removeIf(place -> segment.has(place) && segment.dead.contains(Place.start(place)));
    } else {
      for (int start : single) {
        removeAt(segment, start);
      }
    }
  }

  /** Finds out whose record starts there. */
  private void removeAt(Segment segment, int start) throws IOException {
    ByteBuffer key = SegmentFormatV1.buffer(2 * Long.BYTES);
    long at = (long) start * SegmentFormatV1.UNIT + SegmentFormatV1.RECORD_HEADER_BYTES + 16;
    if (segment.read(key, at) == key.capacity()) {
      index.remove(new TensorKey(key.getLong(0), key.getLong(8)), Place.of(segment.slot, start, 0));
    }
  }
}
