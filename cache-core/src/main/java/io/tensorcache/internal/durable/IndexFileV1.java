package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The index file of a sealed segment, version 1, as FORMAT.md draws it: a header, the provenances,
 * 32 bytes an entry. Verified as a whole before anything of it is used, in pieces, so that memory
 * does not depend on what it says. Confined to one thread.
 */
final class IndexFileV1 implements AutoCloseable {
  static final int HEADER_BYTES = 64;

  private static final int MAGIC = 0x31494354; // "TCI1"
  private static final int VERSION = 1;
  private static final int PIECE = 64 << 10;
  private static final int LARGEST_PROVENANCES = 64 << 20;

  private final StoreFile file;
  private final SegmentName name;
  private final ByteBuffer header = SegmentFormatV1.buffer(HEADER_BYTES);
  private final ByteBuffer piece = SegmentFormatV1.buffer(PIECE);
  private final Map<Integer, Provenance> provenances = new HashMap<>();

  private IndexFileV1(StoreFile file, SegmentName name) {
    this.file = file;
    this.name = name;
  }

  static long byteCount(EntryList of) {
    return (long) HEADER_BYTES
        + of.provenanceBytes().limit()
        + (long) of.count() * EntryList.ENTRY_BYTES;
  }

  /** Writes it beside the segment and puts it in place at once. */
  static void write(StoreFiles files, SegmentName name, long tag, long segmentBytes, EntryList of)
      throws IOException {
    String temporary = name.file(SegmentName.INDEX + SegmentName.TEMPORARY);
    files.delete(temporary);
    try (StoreFile out = files.open(temporary, StoreFiles.Mode.CREATE_NEW)) {
      ByteBuffer provenances = of.provenanceBytes();
      ByteBuffer entries = of.entryBytes();
      ByteBuffer header = SegmentFormatV1.buffer(HEADER_BYTES);
      header.putInt(0, MAGIC).putShort(8, (short) VERSION).putInt(12, of.count());
      header.putLong(16, tag).putLong(24, segmentBytes);
      header.putInt(32, of.provenances().size()).putInt(36, provenances.limit());
      header.putLong(40, of.newestMillis());
      CRC32C sum = new CRC32C();
      sum.update(header.duplicate().position(8));
      sum.update(provenances.duplicate());
      sum.update(entries.duplicate());
      header.putInt(4, (int) sum.getValue());
      long provenanceBytes = provenances.limit();
      out.write(header, 0);
      out.write(provenances, HEADER_BYTES);
      out.write(entries, HEADER_BYTES + provenanceBytes);
      out.force();
    }
    files.replace(temporary, name.file(SegmentName.INDEX));
  }

  /**
   * Opens and verifies an index file.
   *
   * @param segmentBytes size of the segment file; an index of another size is not its index
   * @throws CorruptEntryException if it is not what was written: rebuild it from the segment
   */
  static IndexFileV1 open(StoreFiles files, SegmentName name, long segmentBytes)
      throws IOException {
    StoreFile file = files.open(name.file(SegmentName.INDEX), StoreFiles.Mode.READ);
    IndexFileV1 index = new IndexFileV1(file, name);
    try {
      index.verify(segmentBytes);
      index.readProvenances();
      return index;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void verify(long segmentBytes) throws IOException {
    long size = file.size();
    require(file.read(header, 0) == HEADER_BYTES && header.getInt(0) == MAGIC, "no index file");
    header.flip();
    verifyLengths(size, segmentBytes);
    CRC32C sum = new CRC32C();
    sum.update(header.duplicate().position(8));
    for (long at = HEADER_BYTES; at < size; at += piece.limit()) {
      readPiece(at, (int) Math.min(PIECE, size - at));
      sum.update(piece.duplicate());
    }
    require((int) sum.getValue() == header.getInt(4), "damaged");
    require((header.getShort(8) & 0xFFFF) == VERSION, "of another version");
  }

  /** Before anything more is read: an entry needs a record, and files may have any length. */
  private void verifyLengths(long size, long segmentBytes) {
    require(header.getLong(24) == segmentBytes, "of a segment of another size");
    int provenanceBytes = header.getInt(36);
    require(provenanceBytes >= 0 && provenanceBytes <= LARGEST_PROVENANCES, "out of range");
    long expected = entriesAt() + (long) count() * EntryList.ENTRY_BYTES;
    require(count() >= 0 && size == expected, "of the wrong length");
    require(count() <= segmentBytes / SegmentFormatV1.UNIT, "of more entries than its segment");
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new CorruptEntryException("the index of " + name + " is " + what + ": it is rebuilt");
    }
  }

  private void readPiece(long at, int bytes) throws IOException {
    piece.clear().limit(bytes);
    require(file.read(piece, at) == bytes, "truncated");
    piece.flip();
  }

  private long entriesAt() {
    return HEADER_BYTES + (long) header.getInt(36);
  }

  private void readProvenances() throws IOException {
    ByteBuffer all = SegmentFormatV1.buffer(header.getInt(36));
    require(file.read(all, HEADER_BYTES) == all.capacity(), "truncated");
    all.flip();
    while (all.remaining() >= Integer.BYTES) {
      int bytes = all.getInt();
      require(bytes >= 0 && bytes <= all.remaining(), "damaged");
      ByteBuffer body = all.slice(all.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
      var read = SegmentFormatV1.readProvenance(body);
      if (read != null) {
        provenances.put(read.getKey(), read.getValue());
      }
      all.position(all.position() + bytes);
    }
  }

  int count() {
    return header.getInt(12);
  }

  long tag() {
    return header.getLong(16);
  }

  long newestMillis() {
    return header.getLong(40);
  }

  Map<Integer, Provenance> provenances() {
    return provenances;
  }

  void forEach(EntryList.Visitor visitor) throws IOException {
    int whole = PIECE / EntryList.ENTRY_BYTES * EntryList.ENTRY_BYTES;
    long end = entriesAt() + (long) count() * EntryList.ENTRY_BYTES;
    for (long at = entriesAt(); at < end; at += whole) {
      readPiece(at, (int) Math.min(whole, end - at));
      for (int i = 0; i < piece.limit(); i += EntryList.ENTRY_BYTES) {
        EntryList.visit(piece, i, visitor);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
