package io.tensorcache.internal.durable;

import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to a segment of our own and seals it when it is full. What was appended is found
 * by readers after {@link #publish}. Confined to the writer's thread.
 */
final class SegmentWriter {
  private static final int BUFFER = 1 << 20;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Ledger ledger;
  private final StoreClock clock;
  private final Health health;
  private final WriterLock lock;
  private final long segmentBytes;
  private final LongSupplier tags;
  private final Publication publication;
  private @Nullable ByteBuffer buffer;

  private int nextNumber;
  private @Nullable Segment active;
  private EntryList entries = new EntryList();
  private final Map<Provenance, Integer> provenances = new HashMap<>();

  /** Where the next record goes, how much is in the file, how much of that readers know. */
  private long end;

  private long written;
  private int published;
  private long unforcedBytes;
  private boolean isNew;

  /** While a segment is opened, appended to or published: stays if that is cut off. */
  private boolean isUnfinished;

  private long totalBytes;

  /** {@code tags} gives each segment its random number. */
  SegmentWriter(StoreParts parts, WriterLock lock, LongSupplier tags, Publication publication) {
    this.files = parts.files();
    this.catalog = parts.catalog();
    this.ledger = parts.ledger();
    this.clock = parts.clock();
    this.health = parts.health();
    this.lock = lock;
    this.segmentBytes = StoreLimits.segmentBytes(parts.config());
    this.tags = tags;
    this.publication = publication;
  }

  /** At most what a row adds to the files; {@code Long.MAX_VALUE} for one that no record holds. */
  static long costOf(Row row, Provenance provenance) {
    long entry = EntryFormatV1.headerBytes(row.schema()) + row.payloadBytes();
    return entry > Integer.MAX_VALUE - 64 ? Long.MAX_VALUE : costOf((int) entry, provenance);
  }

  /** At most what a record adds to the files, a new segment and its index included. */
  static long costOf(int bodyBytes, Provenance provenance) {
    long name = 3L * provenance.function().length() + 2 * SegmentFormatV1.UNIT;
    return SegmentFormatV1.recordBytes(bodyBytes)
        + EntryList.ENTRY_BYTES
        + 2 * name
        + SegmentFormatV1.HEADER_BYTES
        + IndexFileV1.HEADER_BYTES;
  }

  long totalBytes() {
    return totalBytes;
  }

  /** Bytes written and those of the index file that will come when the segment is sealed. */
  long accountedBytes() {
    return totalBytes + indexBytes();
  }

  /** Bytes of the index file of the open segment. */
  long indexBytes() {
    return active == null ? 0 : IndexFileV1.byteCount(entries);
  }

  private ByteBuffer out() {
    ByteBuffer out = buffer;
    if (out == null) {
      files.allocating(BUFFER);
      out = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
      buffer = out;
    }
    return out;
  }

  /** True if something was written since the last {@link #force}. */
  boolean isDirty() {
    return unforcedBytes > 0;
  }

  /** Bytes written since then. */
  long unforcedBytes() {
    return unforcedBytes;
  }

  /** Appends an entry, in a new segment if this one is full, or holds what an error cut off. */
  void append(TensorKey key, EncodedEntry entry, Provenance of, long createdMillis)
      throws IOException {
    abandonIfUnfinished();
    long record = SegmentFormatV1.recordBytes(entry.byteCount());
    if (active != null && entries.count() > 0 && end + record > segmentBytes) {
      seal();
    }
    isUnfinished = true;
    Segment segment = active == null ? open() : active;
    Integer number = provenances.get(of);
    if (number == null) {
      number = provenances.size();
      provenances.put(of, number);
      entries.put(number, of);
      ByteBuffer body = SegmentFormatV1.provenance(number, of);
      record(segment, SegmentFormatV1.PROVENANCE, List.of(body), number, createdMillis);
    }
    int start = (int) (end / SegmentFormatV1.UNIT);
    record(segment, SegmentFormatV1.ENTRY, entry.pieces(), number, createdMillis);
    entries.add(key, start, entry.byteCount(), number, createdMillis);
    isUnfinished = false;
  }

  /** Whoever met the error may have had no memory left to call {@link #abandon}. */
  private void abandonIfUnfinished() {
    if (isUnfinished) {
      abandon();
    }
  }

  private Segment open() throws IOException {
    SegmentName name = new SegmentName(lock.writer(), nextNumber++);
    long tag = tags.getAsLong();
    Segment segment = catalog.create(name, tag);
    active = segment;
    isNew = true;
    entries = new EntryList();
    provenances.clear();
    published = 0;
    out().clear();
    long now = clock.millis();
    out().put(SegmentFormatV1.header(new SegmentFormatV1.Header(tag, name, now)));
    written = 0;
    end = SegmentFormatV1.HEADER_BYTES;
    return segment;
  }

  private void record(
      Segment segment, int kind, List<ByteBuffer> body, int provenance, long createdMillis)
      throws IOException {
    int bytes = body.stream().mapToInt(ByteBuffer::remaining).sum();
    long record = SegmentFormatV1.recordBytes(bytes);
    room(segment, SegmentFormatV1.RECORD_HEADER_BYTES);
    ByteBuffer out = out();
    SegmentFormatV1.putRecordHeader(
        out, segment.tag, new SegmentFormatV1.RecordHeader(kind, bytes, provenance, createdMillis));
    for (ByteBuffer piece : body) {
      put(segment, piece);
    }
    int padding = (int) (record - SegmentFormatV1.RECORD_HEADER_BYTES - bytes);
    room(segment, padding);
    out.put(new byte[padding]);
    end += record;
  }

  private void put(Segment segment, ByteBuffer bytes) throws IOException {
    ByteBuffer out = out();
    while (bytes.hasRemaining()) {
      room(segment, 1);
      int most = Math.min(out.remaining(), bytes.remaining());
      out.put(bytes.slice(bytes.position(), most));
      bytes.position(bytes.position() + most);
    }
  }

  private void room(Segment segment, int bytes) throws IOException {
    if (out().remaining() < bytes) {
      write(segment);
    }
  }

  private void write(Segment segment) throws IOException {
    ByteBuffer out = out().flip();
    long bytes = out.remaining();
    unforcedBytes += bytes; // before: a failed write may have written some
    segment.file().write(out, written);
    written += bytes;
    totalBytes += bytes;
    out.clear();
  }

  /** Lets readers find an entry, or not. */
  interface Publication {
    void publish(Segment segment, TensorKey key, int start, int bodyBytes, long createdMillis);
  }

  /** Writes what was appended and lets readers find it. */
  void publish() throws IOException {
    abandonIfUnfinished();
    Segment segment = active;
    if (segment == null) {
      return;
    }
    isUnfinished = true;
    write(segment);
    requireLock();
    entries.forEach(
        published,
        (key, start, bytes, from, at) -> publication.publish(segment, key, start, bytes, at));
    published = entries.count();
    segment.newestMillis = entries.newestMillis();
    isUnfinished = false;
  }

  /** After each write: what another process may have taken over is not acknowledged. */
  private void requireLock() throws IOException {
    if (!lock.isInPlace()) {
      health.refuse(
          SegmentName.lockName(lock.writer())
              + " was deleted while it was used: nothing more is stored",
          null,
          true);
      throw new IOException("the lock is gone");
    }
  }

  /** Returns when everything published is on the disk itself. */
  void force() throws IOException {
    Segment segment = active;
    if (isDirty() && segment != null) {
      segment.file().force();
      if (isNew) {
        files.forceNames();
        isNew = false;
      }
    }
    unforcedBytes = 0;
  }

  /** Ends the segment: puts it on the disk and writes its index. */
  void seal() throws IOException {
    publish();
    Segment segment = active;
    if (segment == null) {
      return;
    }
    segment.file().force();
    IndexFileV1.write(files, segment.name, segment.tag, written, entries);
    totalBytes += IndexFileV1.byteCount(entries);
    files.forceNames();
    segment.isSealed = true;
    segment.file().unpin();
    active = null;
    unforcedBytes = 0;
  }

  /**
   * After a failed write: keeps what was published, as well as it can, and goes on in a new
   * segment. What cannot be sealed is replayed by whoever opens the store next. Throws nothing.
   */
  void abandon() {
    Segment segment = active;
    active = null;
    isUnfinished = false;
    unforcedBytes = 0;
    if (segment == null) {
      return;
    }
    segment.isSealed = true; // nothing more is written to it
    try {
      if (published == 0) {
        catalog.forget(segment);
        ledger.delete(segment.name);
        return;
      }
      entries.truncate(published);
      long keep = endOfPublished();
      segment.file().truncate(keep);
      segment.file().force();
      IndexFileV1.write(files, segment.name, segment.tag, keep, entries);
      catalog.sealed(segment, entries, keep); // some may have been found that are cut off now
    } catch (IOException | RuntimeException | Error e) {
      return; // the failure that led here was told
    } finally {
      segment.file().unpin();
    }
  }

  private long endOfPublished() {
    long[] keep = {SegmentFormatV1.HEADER_BYTES};
    entries.forEach(
        (key, start, bytes, from, at) ->
            keep[0] = (long) start * SegmentFormatV1.UNIT + SegmentFormatV1.recordBytes(bytes));
    return keep[0];
  }
}
