package io.tensorcache.internal.codec;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where things lie in the bytes of one entry of format 1, with every offset checked. Reads from the
 * memory of the entry: not to be kept. Confined to one thread.
 */
final class EntryLayout {
  /** A plain payload is summed and copied in pieces of this size, so that it is fetched once. */
  private static final int PIECE = 16 << 10;

  /** From here on one pass in C++ is faster than two in Java, however fast Java is. */
  private static final int SHORTEST_SUMMING_COPY = 16 << 10;

  /** A payload that is read from a file goes in larger pieces, as each is a system call. */
  private static final int READ_PIECE = 128 << 10;

  private final ByteBuffer in;
  private final int byteCount;
  private final int partCount;
  private final int schemaBytes;
  private final int headerBytes;

  private EntryLayout(ByteBuffer in, int byteCount) {
    this.in = in;
    this.byteCount = byteCount;
    this.partCount = in.getShort(10) & 0xFFFF;
    this.headerBytes = in.getInt(12);
    this.schemaBytes = in.getInt(36);
  }

  /**
   * The layout of the bytes from position to limit.
   *
   * @throws CorruptEntryException if an offset or a length cannot be right
   */
  static EntryLayout of(ByteBuffer entry) {
    return ofHead(entry, entry.remaining());
  }

  /**
   * The layout of an entry of {@code byteCount} bytes whose first bytes, its header at least, lie
   * from position to limit. What needs the payloads must not be called unless all bytes are there.
   *
   * @throws CorruptEntryException if an offset or a length cannot be right
   */
  static EntryLayout ofHead(ByteBuffer entry, int byteCount) {
    ByteBuffer in = entry.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < EntryFormatV1.SCHEMA_OFFSET) {
      throw new CorruptEntryException("an entry of " + in.limit() + " bytes");
    }
    if (in.getInt(0) != EntryFormatV1.MAGIC || in.getShort(8) != EntryFormatV1.VERSION) {
      throw new CorruptEntryException(
          String.format(
              Locale.ROOT,
              "an entry of magic %08x and version %d: not format 1",
              in.getInt(0),
              in.getShort(8)));
    }
    EntryLayout layout = new EntryLayout(in, byteCount);
    layout.checkHead();
    if (layout.headerBytes > in.limit()) {
      throw new CorruptEntryException(
          "a header of " + layout.headerBytes + " bytes where " + in.limit() + " were read");
    }
    layout.checkParts();
    return layout;
  }

  private void checkHead() {
    long head =
        (long) EntryFormatV1.SCHEMA_OFFSET
            + schemaBytes
            + (long) EntryFormatV1.PART_ENTRY_BYTES * partCount;
    if (partCount < 1
        || partCount > RowSchema.MAX_PARTS
        || schemaBytes < SchemaBlockV1.MIN_PART_BYTES * partCount
        || head != headerBytes
        || head > byteCount) {
      throw new CorruptEntryException(
          String.format(
              Locale.ROOT,
              "an entry of %d bytes with a header of %d, a schema of %d and %d parts",
              byteCount,
              headerBytes,
              schemaBytes,
              partCount));
    }
  }

  private void checkParts() {
    long end = headerBytes;
    for (int part = 0; part < partCount; part++) {
      long raw = in.getInt(partEntry(part) + 4);
      long stored = in.getInt(partEntry(part) + 8);
      if (raw < 0
          || stored < 0
          || stored > byteCount
          || !PartCodec.isPlausible(codec(part), raw, stored)) {
        throw new CorruptEntryException(
            String.format(
                Locale.ROOT,
                "part %d of codec %d with %d bytes stored as %d",
                part,
                codec(part),
                raw,
                stored));
      }
      end += stored;
    }
    if (end != byteCount) {
      throw new CorruptEntryException("an entry of " + byteCount + " bytes instead of " + end);
    }
  }

  private int partEntry(int part) {
    return EntryFormatV1.SCHEMA_OFFSET + schemaBytes + part * EntryFormatV1.PART_ENTRY_BYTES;
  }

  /** The codec and the three zero bytes after it, so that these are checked with it. */
  private int codec(int part) {
    return in.getInt(partEntry(part));
  }

  List<String> codecs() {
    List<String> names = new ArrayList<>();
    for (int part = 0; part < partCount; part++) {
      names.add(PartCodec.name(codec(part)));
    }
    return names;
  }

  private int rawLength(int part) {
    return in.getInt(partEntry(part) + 4);
  }

  private int storedLength(int part) {
    return in.getInt(partEntry(part) + 8);
  }

  int byteCount() {
    return byteCount;
  }

  int group() {
    return in.getInt(32);
  }

  TensorKey key() {
    return new TensorKey(in.getLong(16), in.getLong(24));
  }

  void requireKey(TensorKey expected) {
    if (in.getLong(16) != expected.hi() || in.getLong(24) != expected.lo()) {
      throw new CorruptEntryException("the entry of " + key() + " where " + expected + " belongs");
    }
  }

  boolean hasSchema(byte[] block) {
    if (block.length != schemaBytes) {
      return false;
    }
    for (int i = 0; i < block.length; i++) {
      if (in.get(EntryFormatV1.SCHEMA_OFFSET + i) != block[i]) {
        return false;
      }
    }
    return true;
  }

  RowSchema readSchema() {
    RowSchema schema =
        SchemaBlockV1.read(in.slice(EntryFormatV1.SCHEMA_OFFSET, schemaBytes), partCount);
    for (int part = 0; part < partCount; part++) {
      requireRawLength(part, schema.parts().get(part).storedByteCount());
    }
    return schema;
  }

  private void requireRawLength(int part, long expected) {
    if (rawLength(part) != expected) {
      throw new CorruptEntryException(
          "part " + part + " has " + rawLength(part) + " bytes, its schema " + expected);
    }
  }

  /** Verifies the checksum of the whole entry. */
  void verify() {
    EntryChecksum sum = new EntryChecksum(in);
    sum.add(8, byteCount - 8);
    requireSum(sum);
  }

  private void requireSum(EntryChecksum sum) {
    requireSum(sum.value());
  }

  private void requireSum(int sum) {
    if (sum != in.getInt(4)) {
      throw new CorruptEntryException(
          String.format(
              Locale.ROOT,
              "an entry of %s with checksum %08x instead of %08x",
              key(),
              sum,
              in.getInt(4)));
    }
  }

  /** True if every payload can go into the target as it is. */
  boolean isPlain(RowTarget target) {
    for (int part = 0; part < partCount; part++) {
      if (codec(part) != PartCodec.RAW || !target.isPlain(part)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads plain payloads, summing each piece while it is in the cache: straight into the target, or
   * to a place from where {@code copy} copies them.
   */
  void readPlainParts(RowTarget target, EntrySource source, @Nullable SummingCopy copy)
      throws IOException {
    if (copy != null && mayCopy(target)) {
      readAndCopyAll(target, source, copy);
      return;
    }
    EntryChecksum sum = new EntryChecksum(in);
    sum.add(8, headerBytes - 8);
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      requireRawLength(part, target.storedBytes(part));
      ByteBuffer out = target.buffer(part);
      int end = from + storedLength(part);
      for (int to = target.offset(part); from < end; ) {
        int piece = Math.min(READ_PIECE, end - from);
        source.read(from, out.clear().limit(to + piece).position(to));
        sum.add(out, to, piece);
        from += piece;
        to += piece;
      }
    }
    requireSum(sum);
  }

  /**
   * Copies what needs no decoding and verifies the whole entry on the way.
   *
   * @param copy what may be used for it; null for Java alone
   */
  void copyPlainParts(RowTarget target, @Nullable SummingCopy copy) {
    if (copy != null && byteCount >= SHORTEST_SUMMING_COPY && mayCopy(target)) {
      copyAll(target, copy);
      return;
    }
    EntryChecksum sum = new EntryChecksum(in);
    sum.add(8, headerBytes - 8);
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      requireRawLength(part, target.storedBytes(part));
      int length = storedLength(part);
      if (codec(part) == PartCodec.RAW && target.isPlain(part)) {
        copyAndSum(from, length, sum, target.buffer(part), target.offset(part));
      } else {
        sum.add(from, length);
      }
      from += length;
    }
    requireSum(sum);
  }

  private boolean mayCopy(RowTarget target) {
    return in.isDirect() && target.isDirect() && isPlain(target);
  }

  /** What was read with the head is not read again. */
  private void readAndCopyAll(RowTarget target, EntrySource source, SummingCopy copy)
      throws IOException {
    int sum = EntryChecksum.of(in, EntryFormatV1.CHECKED_FROM, headerBytes);
    int there = in.limit();
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      requireRawLength(part, target.storedBytes(part));
      int end = from + storedLength(part);
      for (int to = target.offset(part); from < end; ) {
        ByteBuffer piece =
            from < there
                ? in.limit(Math.min(there, end)).position(from)
                : readPiece(source, from, Math.min(READ_PIECE, end - from));
        sum = copy.copy(sum, piece, target.buffer(part).clear().position(to));
        from += piece.remaining();
        to += piece.remaining();
        in.clear();
      }
    }
    requireSum(sum);
  }

  private static ByteBuffer readPiece(EntrySource source, int from, int byteCount)
      throws IOException {
    ByteBuffer piece = Scratch.direct(byteCount);
    source.read(from, piece);
    return piece.position(0);
  }

  private void copyAll(RowTarget target, SummingCopy copy) {
    int sum = EntryChecksum.of(in, EntryFormatV1.CHECKED_FROM, headerBytes);
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      requireRawLength(part, target.storedBytes(part));
      int length = storedLength(part);
      if (length > 0) { // else there may be no memory
        ByteBuffer out = target.buffer(part).clear().position(target.offset(part));
        sum = copy.copy(sum, in.limit(from + length).position(from), out);
        in.clear();
      }
      from += length;
    }
    requireSum(sum);
  }

  /**
   * Sums what arrived, not what was there: the bytes are in the cache by then, and a read-only heap
   * buffer, which is what Ehcache makes of an entry that spans two of its pages, is slow to sum.
   */
  private void copyAndSum(int from, int length, EntryChecksum sum, ByteBuffer out, int to) {
    for (int done = 0; done < length; done += PIECE) {
      int piece = Math.min(PIECE, length - done);
      out.put(to + done, in, from + done, piece);
      sum.add(out, to + done, piece);
    }
  }

  /** Decodes the parts that {@link #copyPlainParts} left; the entry is verified. */
  void decodeOtherParts(RowTarget target) {
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      int length = storedLength(part);
      int codec = codec(part);
      if (codec == PartCodec.LZ4 && target.isPlain(part)) {
        PartCodec.decompress(
            in, from, length, target.buffer(part), target.offset(part), rawLength(part));
      } else if (codec != PartCodec.RAW || !target.isPlain(part)) {
        int width = target.expected().parts().get(part).storedDtype().byteSize();
        byte[] raw = PartCodec.rawBytes(in, from, length, codec, rawLength(part), width);
        target.writeConverted(part, raw, rawLength(part));
      }
      from += length;
    }
  }

  /** A copy of the row; the entry is verified. */
  Row readRow() {
    RowSchema schema = readSchema();
    byte[][] payloads = new byte[partCount][];
    int from = headerBytes;
    for (int part = 0; part < partCount; part++) {
      int width = schema.parts().get(part).storedDtype().byteSize();
      payloads[part] =
          PartCodec.freshBytes(in, from, storedLength(part), codec(part), rawLength(part), width);
      from += storedLength(part);
    }
    return Row.of(schema, group(), payloads);
  }
}
