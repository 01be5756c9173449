package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Walks through the records of a segment file. What is damaged is stepped over: the walk goes on at
 * the next record that names this segment. Reads in windows, so that memory does not depend on what
 * the file says. Confined to one thread.
 */
final class RecordScan {
  private static final int HOP_WINDOW = 8 << 10;
  private static final int VERIFY_WINDOW = 1 << 20;
  private static final int ENTRY_KEY_OFFSET = 16;
  private static final int ENTRY_FIXED_BYTES = 40;

  private final StoreFile file;
  private final long tag;
  private final boolean verified;
  private final ByteBuffer window;
  private long windowStart;

  private long end = SegmentFormatV1.HEADER_BYTES;
  private int damages;

  /** {@code verified} reads all bodies and skips the ones that are not sound. */
  RecordScan(StoreFile file, long tag, boolean verified) throws IOException {
    this.file = file;
    this.tag = tag;
    this.verified = verified;
    int most = verified ? VERIFY_WINDOW : HOP_WINDOW;
    this.window =
        ByteBuffer.allocateDirect((int) Math.min(most, Math.max(file.size(), HOP_WINDOW)))
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
  }

  /** Where the last sound record ends. */
  long end() {
    return end;
  }

  /** How many stretches of the file were not what was written, the torn tail not counted. */
  int damages() {
    return damages;
  }

  /**
   * Visits the records from {@code from} on; of a segment that is being written, up to the first
   * one that is not there in full.
   *
   * @param live true if another process may be writing: then nothing is stepped over
   */
  void run(long from, boolean live, Map<Integer, Provenance> provenances, EntryList.Visitor visitor)
      throws IOException {
    long size = file.size();
    end = from;
    boolean gap = false;
    for (long at = from; Place.canStartAt(at) && at + SegmentFormatV1.UNIT <= size; ) {
      long length = visit(at, size, provenances, visitor);
      if (length > 0) {
        damages += gap ? 1 : 0;
        gap = false;
        at += length;
        end = at;
      } else if (live) {
        return;
      } else {
        gap = true;
        at += length < 0 ? -length : SegmentFormatV1.UNIT;
      }
    }
  }

  /** Bytes of the sound record here; 0 if there is none; negative to step over a damaged body. */
  private long visit(
      long at, long size, Map<Integer, Provenance> provenances, EntryList.Visitor visitor)
      throws IOException {
    fill(at, SegmentFormatV1.RECORD_HEADER_BYTES + ENTRY_FIXED_BYTES, size);
    int index = (int) (at - windowStart);
    SegmentFormatV1.RecordHeader record = SegmentFormatV1.readRecordHeader(window, index, tag);
    if (record == null) {
      return 0;
    }
    long length = SegmentFormatV1.recordBytes(record.bodyBytes());
    if (length > size - at) {
      return 0;
    }
    long body = at + SegmentFormatV1.RECORD_HEADER_BYTES;
    int bodyIndex = index + SegmentFormatV1.RECORD_HEADER_BYTES;
    if (record.kind() == SegmentFormatV1.ENTRY) {
      if (record.bodyBytes() < ENTRY_FIXED_BYTES) {
        return -length;
      }
      TensorKey key =
          new TensorKey(
              window.getLong(bodyIndex + ENTRY_KEY_OFFSET),
              window.getLong(bodyIndex + ENTRY_KEY_OFFSET + Long.BYTES));
      if (verified && !isSound(body, record.bodyBytes(), size)) {
        return -length;
      }
      visitor.entry(
          key,
          (int) (at / SegmentFormatV1.UNIT),
          record.bodyBytes(),
          record.provenance(),
          record.createdMillis());
    } else if (record.kind() == SegmentFormatV1.PROVENANCE) {
      return readProvenance(body, record.bodyBytes(), size, provenances) ? length : -length;
    }
    return length;
  }

  private boolean readProvenance(
      long body, int bytes, long size, Map<Integer, Provenance> provenances) throws IOException {
    if (bytes > window.capacity()) {
      return false;
    }
    fill(body, bytes, size);
    int index = (int) (body - windowStart);
    var read =
        SegmentFormatV1.readProvenance(window.slice(index, bytes).order(ByteOrder.LITTLE_ENDIAN));
    if (read != null) {
      provenances.put(read.getKey(), read.getValue());
    }
    return read != null;
  }

  /** True if the checksum of an entry is that of its bytes. */
  private boolean isSound(long body, int bytes, long size) throws IOException {
    fill(body, EntryFormatV1.CHECKED_FROM, size);
    int expected = window.getInt((int) (body - windowStart) + EntryFormatV1.CHECKSUM_OFFSET);
    CRC32C sum = new CRC32C();
    long end = body + bytes;
    for (long at = body + EntryFormatV1.CHECKED_FROM; at < end; ) {
      fill(at, 1, size);
      int index = (int) (at - windowStart);
      int piece = (int) Math.min(window.limit() - index, end - at);
      sum.update(window.duplicate().limit(index + piece).position(index));
      at += piece;
    }
    return (int) sum.getValue() == expected;
  }

  /** Has at least so many bytes from a position in the window, or what the file has of them. */
  private void fill(long at, int bytes, long size) throws IOException {
    long wanted = Math.min(bytes, size - at);
    if (at >= windowStart && at + wanted <= windowStart + window.limit()) {
      return;
    }
    window.clear().limit((int) Math.min(window.capacity(), size - at));
    windowStart = at;
    int read = file.read(window, at);
    window.limit(read).position(0);
    if (read < wanted) {
      throw new IOException("the file became shorter while it was read");
    }
  }
}
