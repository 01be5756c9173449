package io.tensorcache.internal.tier;

import java.util.Properties;
import java.util.function.Supplier;

/**
 * The pages of Ehcache's off-heap pools. A row that spans two of them is copied to the heap at each
 * look, so larger pools get pages of an eighth of a segment, up to 4 MiB; Ehcache's own are a
 * sixteenth to a thirty-second of one.
 *
 * <p>Ehcache takes their size from a property of the JVM alone. It is there while a pool is made,
 * and gone afterwards. Who set it himself keeps what he set.
 */
final class OffHeapPages {
  static final String PROPERTY = "org.ehcache.offheap.config.initialSegmentSizeRatio";

  /** Below this Ehcache's own pages stay: a small pool has no room to give to the last ones. */
  private static final long SMALLEST_POOL = 64 << 20;

  private static final long LARGEST_PAGE = 4 << 20;

  /** Pages of a segment, at least. */
  private static final int PAGES = 8;

  /** Ehcache multiplies it by others, in 32 bits. */
  private static final long LARGEST_RATIO = 64;

  // what Ehcache reckons with
  private static final long SEGMENT_BYTES = 32 << 20;
  private static final int FEWEST_SEGMENTS = 16;
  private static final int MOST_SEGMENTS = 1 << 14;
  private static final int ROW_BYTES = 1024;
  private static final int ROW_AND_SLOT_BYTES = ROW_BYTES + 16;

  /** One object for all class loaders of the JVM, as the property is. */
  private static final String LOCK = ("io.tensorcache " + PROPERTY).intern();

  private OffHeapPages() {}

  /** Makes a pool of this size. */
  static <T> T with(long poolBytes, Supplier<T> making) {
    if (poolBytes < SMALLEST_POOL) {
      return making.get();
    }
    synchronized (LOCK) {
      Properties all = System.getProperties();
      String ratio = Integer.toString(ratio(poolBytes));
      boolean isOurs = all.putIfAbsent(PROPERTY, ratio) == null;
      try {
        return making.get();
      } finally {
        if (isOurs) {
          all.remove(PROPERTY, ratio); // unless someone changed it meanwhile
        }
      }
    }
  }

  /** What cannot be used, as the last page of each segment is half empty at a time. */
  static long unusable(long poolBytes) {
    return poolBytes < SMALLEST_POOL ? 0 : segments(poolBytes) * pageBytes(poolBytes) / 2;
  }

  /** The size of the pages of a pool that is larger than the smallest. */
  static long pageBytes(long poolBytes) {
    return Math.min(LARGEST_PAGE, Long.highestOneBit(poolBytes / segments(poolBytes) / PAGES));
  }

  /** The largest with which Ehcache makes pages of that size. */
  private static int ratio(long poolBytes) {
    long rows = poolBytes / segments(poolBytes) / ROW_AND_SLOT_BYTES;
    return (int) Math.min(LARGEST_RATIO, rows * ROW_BYTES / pageBytes(poolBytes));
  }

  private static long segments(long poolBytes) {
    long ideal = Math.max(FEWEST_SEGMENTS, poolBytes / SEGMENT_BYTES);
    return Long.highestOneBit(Math.min(MOST_SEGMENTS, ideal));
  }
}
