package io.tensorcache.internal.codec;

import io.tensorcache.config.Compression;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One row as bytes, version 1. Never changes; another layout would be another class. Little-endian:
 *
 * <pre>
 *  0  u32  magic "TCE1"
 *  4  u32  CRC32C of every byte from 8 to the end of the entry
 *  8  u16  version, 1
 * 10  u16  parts n
 * 12  u32  header bytes h
 * 16  u64  key, first half
 * 24  u64  key, second half
 * 32  u32  group: where the row comes from, a number of the process that wrote it
 * 36  u32  schema bytes s
 * 40       schema, {@link SchemaBlockV1}
 * 40+s     per part: u8 codec (0 raw, 1 LZ4, 2 byte-shuffled then LZ4), 3 × 0, u32 raw length,
 *          u32 stored length
 *  h       the payloads, one after another, to the end of the entry
 * </pre>
 *
 * <p>No length is used before it was checked against the bytes that are there. Stateless; safe for
 * use by several threads.
 */
public final class EntryFormatV1 {
  static final int MAGIC = 0x31454354;
  static final int VERSION = 1;

  /** Where the checksum lies, and from where on it covers an entry, in every format. */
  public static final int CHECKSUM_OFFSET = 4;

  /** See {@link #CHECKSUM_OFFSET}. */
  public static final int CHECKED_FROM = 8;

  static final int SCHEMA_OFFSET = 40;
  static final int PART_ENTRY_BYTES = 12;

  private EntryFormatV1() {}

  /** Bytes of an entry besides its payloads. */
  public static int headerBytes(RowSchema schema) {
    return headerBytes(SchemaBlockV1.bytesOf(schema).length, schema.parts().size());
  }

  /**
   * Bytes of an entry besides its payloads, as it says itself in its first bytes, unverified; at
   * least 0.
   *
   * @param head the first bytes of an entry, from position to limit
   * @throws CorruptEntryException if they cannot be the head of one
   */
  public static int headerBytes(ByteBuffer head) {
    ByteBuffer in = head.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < SCHEMA_OFFSET || in.getInt(0) != MAGIC || in.getInt(12) < 0) {
      throw new CorruptEntryException("an entry without a head of format 1");
    }
    return in.getInt(12);
  }

  static int headerBytes(int schemaBytes, int partCount) {
    return SCHEMA_OFFSET + schemaBytes + PART_ENTRY_BYTES * partCount;
  }

  /**
   * The entry of a row, from position 0 to the limit of a new heap buffer. The caller's; shares
   * nothing with the row.
   *
   * @throws IllegalArgumentException if it would not fit a buffer of 2 GiB
   */
  public static ByteBuffer encode(TensorKey key, Row row, Compression compression) {
    return EncodedEntry.of(key, row, row.group(), compression).joined();
  }

  /** Everything of the head but the checksum and what it says of the payloads. */
  static void putHead(ByteBuffer out, TensorKey key, int group, byte[] schema, int partCount) {
    out.putInt(0, MAGIC).putShort(8, (short) VERSION).putShort(10, (short) partCount);
    out.putInt(12, headerBytes(schema.length, partCount));
    out.putLong(16, key.hi()).putLong(24, key.lo());
    out.putInt(32, group).putInt(36, schema.length).put(SCHEMA_OFFSET, schema);
  }

  /**
   * What the head of an entry says. Reads the head only and verifies no checksum: good for a look,
   * not for a decision that must be right.
   *
   * @param entry from position to limit; left as it was
   * @throws CorruptEntryException if the head cannot be one of this format
   */
  public static EntryHeader readHeader(ByteBuffer entry) {
    return readHeader(entry, entry.remaining());
  }

  /** The schema alone of {@link #readHeader}. */
  public static RowSchema readSchema(ByteBuffer entry) {
    return readHeader(entry).schema();
  }

  /**
   * Decodes an entry into the target, verifying everything. Plain payloads are copied once,
   * straight from {@code entry}.
   *
   * @param entry from position to limit, of any byte order; left as it was
   * @param target where the parts go; their bytes are undefined unless the result is true
   * @return false if the entry is sound but holds another schema than the target expects
   * @throws CorruptEntryException if any byte is not what was written, or the key is another
   */
  public static boolean decodeInto(ByteBuffer entry, TensorKey expectedKey, RowTarget target) {
    return decodeInto(entry, expectedKey, target, null);
  }

  /**
   * Decodes an entry into the target in the same way, but for how long payloads are copied.
   *
   * @param copy what may copy long payloads, if the entry is not in a file that is mapped
   */
  public static boolean decodeInto(
      ByteBuffer entry, TensorKey expectedKey, RowTarget target, @Nullable SummingCopy copy) {
    EntryLayout layout = EntryLayout.of(entry);
    layout.requireKey(expectedKey);
    if (!layout.hasSchema(target.schemaBlock())) {
      layout.verify();
      layout.readRow(); // or it is not sound
      return false;
    }
    target.setGroup(layout.group());
    layout.copyPlainParts(target, copy);
    layout.decodeOtherParts(target);
    return true;
  }

  /**
   * Reads an entry into the target, verifying everything. Plain payloads of a long entry are read
   * straight into the target: one copy, out of the file. See {@link SummingCopy#forReading}.
   *
   * @param head the first bytes of the entry, from position to limit; of a short one all of them
   * @param entryBytes bytes of the whole entry
   * @param source where the other bytes come from
   * @param target where the parts go; their bytes are undefined unless the result is true
   * @return false if the entry is sound but holds another schema than the target expects
   * @throws CorruptEntryException if any byte is not what was written, or the key is another
   */
  public static boolean readInto(
      ByteBuffer head, int entryBytes, EntrySource source, TensorKey key, RowTarget target)
      throws IOException {
    SummingCopy copy = SummingCopy.forReading();
    int header = headerBytes(target.schemaBlock().length, target.partCount());
    if (head.remaining() < entryBytes && header <= head.remaining()) {
      EntryLayout layout = EntryLayout.ofHead(head, entryBytes);
      layout.requireKey(key);
      if (layout.hasSchema(target.schemaBlock()) && layout.isPlain(target)) {
        layout.readPlainParts(target, source, copy);
        return true;
      }
    }
    if (head.remaining() == entryBytes) {
      return decodeInto(head, key, target, copy);
    }
    ByteBuffer all = Scratch.direct(entryBytes);
    all.put(head.duplicate());
    source.read(all.position(), all);
    return decodeInto(all.position(0), key, target, copy);
  }

  /**
   * What the head of an entry says, as {@link #readHeader(ByteBuffer)}.
   *
   * @param head the first bytes of the entry, from position to limit
   * @param entryBytes bytes of the whole entry
   * @throws CorruptEntryException if the header is longer than {@code head}, or wrong
   */
  public static EntryHeader readHeader(ByteBuffer head, int entryBytes) {
    EntryLayout layout = EntryLayout.ofHead(head, entryBytes);
    return new EntryHeader(
        layout.key(), layout.group(), layout.readSchema(), layout.byteCount(), layout.codecs());
  }

  /**
   * The row of an entry, verifying everything. A copy, the caller's.
   *
   * @param entry from position to limit, of any byte order; left as it was
   * @throws CorruptEntryException if any byte is not what was written, or the key is another
   */
  public static Row decode(ByteBuffer entry, TensorKey expectedKey) {
    EntryLayout layout = EntryLayout.of(entry);
    layout.requireKey(expectedKey);
    layout.verify();
    return layout.readRow();
  }
}
