package io.tensorcache.internal.durable;

/**
 * Where a record lies, packed into a long that is never 0: 20 bits segment, 24 bits start and 20
 * bits length, both in units of {@link SegmentFormatV1#UNIT}. A length that does not fit is stored
 * as the largest one and read from the record.
 */
final class Place {
  static final int MAX_SEGMENTS = 1 << 20;
  private static final int START_BITS = 24;
  private static final int LENGTH_BITS = 20;
  private static final int MAX_LENGTH = (1 << LENGTH_BITS) - 1;

  private Place() {}

  /** {@code start} is at least 1: a header comes first. */
  static long of(int segment, int start, long recordBytes) {
    long length = Math.min(recordBytes / SegmentFormatV1.UNIT, MAX_LENGTH);
    return (long) segment << START_BITS + LENGTH_BITS | (long) start << LENGTH_BITS | length;
  }

  static boolean canStartAt(long offset) {
    return offset % SegmentFormatV1.UNIT == 0
        && offset / SegmentFormatV1.UNIT > 0
        && offset / SegmentFormatV1.UNIT < 1L << START_BITS;
  }

  static int segment(long place) {
    return (int) (place >>> START_BITS + LENGTH_BITS);
  }

  /** In units. */
  static int start(long place) {
    return (int) (place >>> LENGTH_BITS) & (1 << START_BITS) - 1;
  }

  static long offset(long place) {
    return (long) start(place) * SegmentFormatV1.UNIT;
  }

  /** Bytes of the record, padding included, or -1 if it is too long to be known from here. */
  static long recordBytes(long place) {
    long length = place & MAX_LENGTH;
    return length == MAX_LENGTH ? -1 : length * SegmentFormatV1.UNIT;
  }

  /** True if both are the same record. */
  static boolean isSame(long one, long other) {
    return (one ^ other) >>> LENGTH_BITS == 0;
  }
}
