package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.TensorKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Reads rows in the order in which they lie in the files: short ones that lie together at once, and
 * many bytes on several threads. Confined to one thread.
 */
final class BatchRead {
  /** What a thread takes at a time. */
  private static final int PART_BYTES = 256 << 10;

  /** To read so much for nothing takes less than to ask the system once more. */
  private static final int LARGEST_GAP = 4 << 10;

  private static final int INDEX_BITS = 20;
  private static final int MOST_ROWS = 1 << INDEX_BITS;

  private final KeyIndex index;
  private final int oldestSeconds;

  BatchRead(KeyIndex index, int oldestSeconds) {
    this.index = index;
    this.oldestSeconds = oldestSeconds;
  }

  /** Where rows are read. Used by several threads. */
  interface Source {
    Lookup read(TensorKey key, RowTarget target);

    /** The thread will read these bytes from a place on. */
    default void fetch(long place, int byteCount) {}

    /** It will not any more. */
    default void forget() {}
  }

  Lookup[] run(
      List<TensorKey> keys, Supplier<? extends IntFunction<RowTarget>> targets, Source source) {
    Lookup[] found = new Lookup[keys.size()];
    for (int from = 0; from < found.length; from += MOST_ROWS) {
      int first = from;
      Places places = new Places(keys.subList(from, Math.min(found.length, from + MOST_ROWS)));
      Supplier<IntConsumer> workers =
          () -> {
            IntFunction<RowTarget> target = targets.get();
            IntConsumer reader =
                row ->
                    found[first + row] =
                        source.read(keys.get(first + row), target.apply(first + row));
            return part -> places.read(part, source, reader);
          };
      new SharedWork(places.parts, workers).run(SharedWork.helpersFor(places.byteCount));
    }
    return found;
  }

  /** Where the rows lie, in the order of the files; those that are not here come first. */
  private final class Places {
    private final long[] places;

    /** Segment and start of each row, then its index. */
    private final long[] order;

    /** Which of them each part begins with, and how many there are. */
    private final int[] starts;

    private int parts;
    private long byteCount;

    Places(List<TensorKey> keys) {
      places = new long[keys.size()];
      order = new long[places.length];
      starts = new int[places.length + 1];
      for (int i = 0; i < places.length; i++) {
        places[i] = index.find(keys.get(i), oldestSeconds);
        order[i] = places[i] >>> INDEX_BITS << INDEX_BITS | i;
      }
      Arrays.sort(order);
      cut();
    }

    private void cut() {
      long bytes = PART_BYTES;
      for (int i = 0; i < order.length; i++) {
        if (bytes >= PART_BYTES) {
          starts[parts++] = i;
          bytes = 0;
        }
        long row = byteCount(place(i));
        bytes += row;
        byteCount += row;
      }
      starts[parts] = order.length;
    }

    private int row(int i) {
      return (int) order[i] & MOST_ROWS - 1;
    }

    private long place(int i) {
      return places[row(i)];
    }

    private static long byteCount(long place) {
      long known = place == 0 ? 0 : Place.recordBytes(place);
      return known < 0 ? Integer.MAX_VALUE : known;
    }

    void read(int part, Source source, IntConsumer reader) {
      try {
        int fetched = starts[part];
        for (int i = starts[part]; i < starts[part + 1]; i++) {
          if (i == fetched) {
            fetched = fetch(i, starts[part + 1], source);
          }
          reader.accept(row(i));
        }
      } finally {
        source.forget();
      }
    }

    /** The first row after those that lie together, which are fetched if they are several. */
    private int fetch(int first, int end, Source source) {
      long start = Place.offset(place(first));
      long to = start;
      int next = first;
      for (; next < end; next++) {
        long place = place(next);
        long after = Place.offset(place) + byteCount(place);
        if (Place.segment(place) != Place.segment(place(first))
            || Place.offset(place) > to + LARGEST_GAP
            || byteCount(place) > SegmentReader.READ_AT_ONCE
            || after > start + ReadWindow.BYTES) {
          break;
        }
        to = after;
      }
      if (next > first + 1 && place(first) != 0) {
        source.fetch(place(first), (int) (to - start));
      }
      return Math.max(next, first + 1);
    }
  }
}
