package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a segment of version 1, as FORMAT.md draws them: a header, then records, each
 * starting at a multiple of 64. Little-endian. Stateless; safe for use by several threads.
 */
final class SegmentFormatV1 {
  static final int VERSION = 1;

  /** Records start at multiples of this; offsets are counted in it. */
  static final int UNIT = 64;

  static final int HEADER_BYTES = 64;
  static final int RECORD_HEADER_BYTES = 32;
  static final int DEAD_BYTES = 16;

  static final int ENTRY = 1;
  static final int PROVENANCE = 2;

  private static final int SEGMENT_MAGIC = 0x31534354; // "TCS1"
  static final int RECORD_MAGIC = 0x31524354; // "TCR1"
  private static final int PROVENANCE_FIXED_BYTES = 26;

  private SegmentFormatV1() {}

  /** What the head of a segment says. */
  record Header(long tag, SegmentName name, long createdMillis) {}

  /**
   * What the head of a record says.
   *
   * @param kind {@link #ENTRY} or {@link #PROVENANCE}, or one of a later version
   * @param bodyBytes bytes after the head, without padding
   * @param provenance the number of the provenance within the segment
   */
  record RecordHeader(int kind, int bodyBytes, int provenance, long createdMillis) {}

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes of a record in the file, header and padding included. */
  static long recordBytes(int bodyBytes) {
    return ((long) RECORD_HEADER_BYTES + bodyBytes + UNIT - 1) / UNIT * UNIT;
  }

  static ByteBuffer header(Header of) {
    ByteBuffer out = buffer(HEADER_BYTES);
    out.putInt(0, SEGMENT_MAGIC).putShort(8, (short) VERSION).putLong(16, of.tag());
    out.putLong(24, of.name().writer()).putInt(32, of.name().number());
    out.putLong(40, of.createdMillis());
    return out.putInt(4, sum(out, 8, HEADER_BYTES));
  }

  /**
   * Reads a segment's header, from position 0 to the limit.
   *
   * @throws CorruptEntryException if it is not one of this version, with what to do
   */
  static Header readHeader(ByteBuffer in, SegmentName name) {
    if (in.limit() < HEADER_BYTES || in.getInt(0) != SEGMENT_MAGIC) {
      throw new CorruptEntryException(name + " is no segment file: it is ignored");
    }
    int version = in.getShort(8) & 0xFFFF;
    if (sum(in, 8, HEADER_BYTES) != in.getInt(4)) {
      throw new CorruptEntryException(name + " has a damaged header: its rows are computed again");
    }
    if (version != VERSION) {
      throw new NewerFormatException(
          String.format(
              Locale.ROOT,
              "%s has format version %d, this program reads %d: use the newer program, or another"
                  + " directory",
              name,
              version,
              VERSION));
    }
    return new Header(
        in.getLong(16), new SegmentName(in.getLong(24), in.getInt(32)), in.getLong(40));
  }

  /** Writes a record's header at the position of {@code out}. */
  static void putRecordHeader(ByteBuffer out, long tag, RecordHeader of) {
    int at = out.position();
    out.putInt(RECORD_MAGIC)
        .putInt(0)
        .put((byte) VERSION)
        .put((byte) of.kind())
        .putShort((short) 0);
    out.putInt(of.bodyBytes()).putInt(of.provenance()).putInt(0).putLong(of.createdMillis());
    out.putInt(at + 4, taggedSum(tag, out, at + 8, at + RECORD_HEADER_BYTES));
  }

  /** The header of the record at an index of the buffer; null if there is none, or damaged. */
  static @Nullable RecordHeader readRecordHeader(ByteBuffer in, int at, long tag) {
    if (in.limit() - at < RECORD_HEADER_BYTES
        || in.getInt(at) != RECORD_MAGIC
        || in.getInt(at + 4) != taggedSum(tag, in, at + 8, at + RECORD_HEADER_BYTES)
        || in.get(at + 8) != VERSION
        || in.getInt(at + 12) < 0) {
      return null;
    }
    return new RecordHeader(
        in.get(at + 9), in.getInt(at + 12), in.getInt(at + 16), in.getLong(at + 24));
  }

  /** The body of a provenance record. */
  static ByteBuffer provenance(int number, Provenance of) {
    byte[] name = of.function().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = buffer(PROVENANCE_FIXED_BYTES + name.length);
    out.putInt(0).putInt(number).putLong(of.fingerprintHi()).putLong(of.fingerprintLo());
    out.putShort((short) name.length).put(name).flip();
    return out.putInt(0, sum(out, 4, out.limit()));
  }

  /** Its number and what it says, from position 0 to the limit; null if damaged. */
  static java.util.Map.@Nullable Entry<Integer, Provenance> readProvenance(ByteBuffer in) {
    if (in.limit() < PROVENANCE_FIXED_BYTES || in.getInt(0) != sum(in, 4, in.limit())) {
      return null;
    }
    int nameBytes = in.getShort(24) & 0xFFFF;
    if (nameBytes != in.limit() - PROVENANCE_FIXED_BYTES
        || nameBytes > Provenance.LONGEST_NAME_BYTES) {
      return null;
    }
    byte[] name = new byte[nameBytes];
    in.get(PROVENANCE_FIXED_BYTES, name);
    try {
      String function =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
      return java.util.Map.entry(
          in.getInt(4), new Provenance(function, in.getLong(8), in.getLong(16)));
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Says that the records that start in units {@code from <= unit < to} are removed. */
  static void putDead(ByteBuffer out, long tag, int from, int to) {
    int at = out.position();
    out.putInt(from).putInt(to).putInt(0);
    out.putInt(taggedSum(tag, out, at, at + 12));
  }

  static boolean isDead(ByteBuffer in, int at, long tag) {
    return in.getInt(at + 12) == taggedSum(tag, in, at, at + 12)
        && in.getInt(at) >= 0
        && in.getInt(at) < in.getInt(at + 4);
  }

  static int sum(ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }

  private static int taggedSum(long tag, ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (tag >>> shift) & 0xFF);
    }
    crc.update(bytes.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }
}
