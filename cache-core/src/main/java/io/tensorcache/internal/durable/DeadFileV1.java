package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The file beside a segment that says which of its records are removed: 16 bytes a range, as
 * FORMAT.md draws them. Any process appends to it, under the lock of the {@link Ledger}.
 */
final class DeadFileV1 {
  /** From the unit {@code from} up to, not including, {@code to}. */
  record Range(int from, int to) {}

  private DeadFileV1() {}

  /** Appends ranges and waits until they are on the disk. */
  static void append(StoreFiles files, Ledger ledger, Segment segment, List<Range> ranges)
      throws IOException {
    ByteBuffer out = SegmentFormatV1.buffer(ranges.size() * SegmentFormatV1.DEAD_BYTES);
    for (Range range : ranges) {
      SegmentFormatV1.putDead(out, segment.tag, range.from(), range.to());
    }
    out.flip();
    String name = segment.name.file(SegmentName.DEAD);
    ledger.change(
        used -> {
          try (StoreFile file = files.open(name, StoreFiles.Mode.CREATE)) {
            long end = (file.size() + SegmentFormatV1.DEAD_BYTES - 1) / SegmentFormatV1.DEAD_BYTES;
            file.write(out, end * SegmentFormatV1.DEAD_BYTES);
            file.force();
          }
          return used + out.limit();
        });
  }

  /** What a reader does with a range. */
  interface Visitor {
    void dead(int from, int to) throws IOException;
  }

  /** Visits what was appended since {@code from}; returns where to go on next time. */
  static long read(StoreFiles files, Segment segment, long from, Visitor visitor)
      throws IOException {
    String name = segment.name.file(SegmentName.DEAD);
    try (StoreFile file = files.open(name, StoreFiles.Mode.READ)) {
      ByteBuffer in = SegmentFormatV1.buffer(4096);
      long at = from;
      while (true) {
        in.clear();
        int whole = file.read(in, at) / SegmentFormatV1.DEAD_BYTES * SegmentFormatV1.DEAD_BYTES;
        for (int i = 0; i < whole; i += SegmentFormatV1.DEAD_BYTES) {
          if (SegmentFormatV1.isDead(in, i, segment.tag)) {
            visitor.dead(in.getInt(i), in.getInt(i + 4));
          }
        }
        at += whole;
        if (whole < in.capacity()) {
          return at;
        }
      }
    }
  }
}
