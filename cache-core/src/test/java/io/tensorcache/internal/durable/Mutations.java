package io.tensorcache.internal.durable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Bytes that are not what was written. */
final class Mutations {
  private Mutations() {}

  /** A copy with one bit flipped; bits are counted from the first byte on. */
  static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = bytes.clone();
    copy[bit / 8] ^= (byte) (1 << bit % 8);
    return copy;
  }

  /** A copy with up to six words overwritten, and sometimes cut. */
  static byte[] mutated(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(copy.length) & ~3;
      int[] nasty = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt(), 64};
      if (at + 4 <= copy.length) {
        ByteBuffer.wrap(copy)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(at, nasty[random.nextInt(nasty.length)]);
      }
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
  }

  /** With a checksum of the whole that is right, so that what follows it is tried too. */
  static byte[] resummed(byte[] bytes) {
    if (bytes.length >= IndexFileV1.HEADER_BYTES) {
      ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      all.putInt(4, SegmentFormatV1.sum(all, 8, bytes.length));
    }
    return bytes;
  }

  /**
   * A segment in which the heads of entries say something else and every checksum is right: what
   * somebody who knows the format would make.
   */
  static byte[] forged(byte[] segment, Random random) {
    byte[] copy = segment.clone();
    ByteBuffer all = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    long tag = all.getLong(16);
    for (int at = SegmentFormatV1.HEADER_BYTES; at + 96 <= copy.length; at += 64) {
      var record = SegmentFormatV1.readRecordHeader(all, at, tag);
      int body = at + SegmentFormatV1.RECORD_HEADER_BYTES;
      if (record == null
          || record.kind() != SegmentFormatV1.ENTRY
          || body + record.bodyBytes() > copy.length) {
        continue;
      }
      int head = Math.min(96, record.bodyBytes()) - 12;
      int what = body + 8 + random.nextInt(head / 4) * 4;
      all.putInt(what, random.nextInt() >> random.nextInt(32));
      all.putInt(body + 4, SegmentFormatV1.sum(all, body + 8, body + record.bodyBytes()));
    }
    return copy;
  }
}
