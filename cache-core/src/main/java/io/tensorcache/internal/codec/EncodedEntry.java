package io.tensorcache.internal.codec;

import io.tensorcache.config.Compression;
import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of one entry of format 1, one piece after another: its head, then its payloads. A
 * payload that compression does not make smaller is that of the row itself, not a copy. Immutable;
 * safe for use by several threads.
 */
public final class EncodedEntry {
  private final ByteBuffer[] pieces;
  private final int byteCount;

  private EncodedEntry(ByteBuffer[] pieces, int byteCount) {
    this.pieces = pieces;
    this.byteCount = byteCount;
  }

  /**
   * The entry of a row. Shares the payloads with it.
   *
   * @param group where the row comes from, as it is to be written
   * @throws IllegalArgumentException if it would not fit a buffer of 2 GiB
   */
  public static EncodedEntry of(TensorKey key, Row row, int group, Compression compression) {
    byte[] schema = SchemaBlockV1.bytesOf(row.schema());
    List<RowSchema.Part> parts = row.schema().parts();
    int header = EntryFormatV1.headerBytes(schema.length, parts.size());
    if (header + row.payloadBytes() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a row of " + row.payloadBytes() + " bytes: an entry holds less than 2 GiB");
    }
    ByteBuffer head = ByteBuffer.allocate(header).order(ByteOrder.LITTLE_ENDIAN);
    EntryFormatV1.putHead(head, key, group, schema, parts.size());
    ByteBuffer[] pieces = new ByteBuffer[1 + parts.size()];
    pieces[0] = head;
    int byteCount = header;
    for (int part = 0; part < parts.size(); part++) {
      int entry =
          EntryFormatV1.SCHEMA_OFFSET + schema.length + part * EntryFormatV1.PART_ENTRY_BYTES;
      pieces[1 + part] = payload(head, entry, parts.get(part), row.payload(part), compression);
      byteCount += pieces[1 + part].remaining();
    }
    head.putInt(EntryFormatV1.CHECKSUM_OFFSET, sum(pieces));
    return new EncodedEntry(pieces, byteCount);
  }

  /** An entry that is encoded already, from position to limit; not copied. */
  public static EncodedEntry of(ByteBuffer entry) {
    return new EncodedEntry(new ByteBuffer[] {entry.slice()}, entry.remaining());
  }

  private static ByteBuffer payload(
      ByteBuffer head, int entry, RowSchema.Part part, byte[] raw, Compression compression) {
    int codec = PartCodec.codecFor(part.storedDtype());
    byte[] packed = null;
    if (compression != Compression.NONE && PartCodec.mayGain(raw.length)) {
      byte[] scratch = Scratch.second(raw.length);
      int length = PartCodec.compress(raw, codec, part.storedDtype().byteSize(), scratch);
      packed = length < 0 ? null : Arrays.copyOf(scratch, length);
    }
    byte[] stored = packed == null ? raw : packed;
    head.putInt(entry, packed == null ? PartCodec.RAW : codec);
    head.putInt(entry + 4, raw.length).putInt(entry + 8, stored.length);
    return ByteBuffer.wrap(stored);
  }

  private static int sum(ByteBuffer[] pieces) {
    CRC32C crc = new CRC32C();
    for (int i = 0; i < pieces.length; i++) {
      int from = i == 0 ? EntryFormatV1.CHECKED_FROM : 0;
      crc.update(pieces[i].array(), from, pieces[i].capacity() - from);
    }
    return (int) crc.getValue();
  }

  /** Bytes of the whole entry. */
  public int byteCount() {
    return byteCount;
  }

  /** The pieces in their order, each from position 0 to its limit; of the bytes no copy. */
  public List<ByteBuffer> pieces() {
    return Arrays.stream(pieces).map(ByteBuffer::asReadOnlyBuffer).toList();
  }

  /** All of it in a new heap buffer, little-endian, from position 0 to its limit. The caller's. */
  public ByteBuffer joined() {
    ByteBuffer joined = ByteBuffer.allocate(byteCount).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteBuffer piece : pieces) {
      joined.put(piece.duplicate());
    }
    return joined.flip();
  }
}
