package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.EntryHeader;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SummingCopy;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries from segments and verifies them. A short entry is read at once and copied; of a
 * long one the head is read, and the rest straight into the caller's memory. Where a copy that sums
 * is faster than a sum, longer ones are read at once too. Safe for use by several threads.
 */
final class SegmentReader {
  /** Up to here one call of the system and a copy are faster than two calls. */
  static final int READ_AT_ONCE = 16 << 10;

  private static final int HEAD = 1 << 10;
  private static final int ATTEMPTS = 16;

  private final StoreParts parts;
  private final LongConsumer damaged;

  /** No class of ours, which a thread would hold for as long as it lives. */
  private final ThreadLocal<ByteBuffer> buffers =
      ThreadLocal.withInitial(() -> ReadWindow.newBuffer(READ_AT_ONCE));

  /** Of the threads that read many rows just now. */
  private final Map<Thread, ReadWindow> windows = new ConcurrentHashMap<>();

  /** {@code damaged} is told the place of a record that must not be found again. */
  SegmentReader(StoreParts parts, LongConsumer damaged) {
    this.parts = parts;
    this.damaged = damaged;
  }

  /** What is done with a record that was found. */
  private interface Use<T> {
    T apply(Segment segment, long place) throws IOException;
  }

  Lookup read(TensorKey key, RowTarget target) {
    return find(
        key,
        Lookup.MISS,
        Lookup.CORRUPT,
        (segment, place) -> {
          if (!readInto(segment, place, key, target)) {
            return Lookup.OTHER_SCHEMA;
          }
          parts.newRows().served(key, segment, place);
          return Lookup.DURABLE_HIT;
        });
  }

  /** Null if it is not there. */
  @Nullable RowSchema schema(TensorKey key) {
    return find(key, null, null, this::readSchema);
  }

  /** A copy of the row; null if it is not there. */
  @Nullable Row row(TensorKey key) {
    return find(key, null, null, (segment, place) -> readRow(segment, place, key));
  }

  /** Tries every record of the key until one is sound. */
  private <T extends @Nullable Object> T find(TensorKey key, T absent, T corrupt, Use<T> use) {
    KeyIndex index = parts.catalog().index;
    T otherwise = absent;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long place = index.use(key, parts.oldestSeconds());
      if (place == 0) {
        return otherwise;
      }
      Segment segment = parts.catalog().segments.at(Place.segment(place));
      try {
        if (segment != null) {
          return use.apply(segment, place);
        }
        index.remove(key, place);
      } catch (CorruptEntryException e) {
        otherwise = corrupt;
        parts.health().failed(e);
        index.remove(key, place);
        damaged.accept(place);
      } catch (ClosedChannelException e) {
        index.remove(key, place); // dropped just now
      } catch (IOException e) {
        parts.health().failed(new StorageException("row " + key + " cannot be read: " + e, e));
        return absent;
      }
    }
    return otherwise;
  }

  private boolean readInto(Segment segment, long place, TensorKey key, RowTarget target)
      throws IOException {
    boolean isCopied = target.isDirect() && SummingCopy.forReading() != null;
    ByteBuffer head =
        isCopied
            ? readHead(segment, place, ReadWindow.BYTES, ReadWindow.BYTES)
            : readHead(segment, place);
    int entryBytes = entryBytes(head, segment, place);
    long entryAt = Place.offset(place) + SegmentFormatV1.RECORD_HEADER_BYTES;
    return EntryFormatV1.readInto(
        entryIn(head, entryBytes),
        entryBytes,
        (offset, dst) -> readFully(segment, dst, entryAt + offset),
        key,
        target);
  }

  /** For many rows at once, each of which {@code read} asks this reader for. */
  BatchRead.Source forBatches(BiFunction<TensorKey, RowTarget, Lookup> read) {
    return new BatchRead.Source() {
      @Override
      public Lookup read(TensorKey key, RowTarget target) {
        return read.apply(key, target);
      }

      @Override
      public void fetch(long place, int byteCount) {
        Segment segment = parts.catalog().segments.at(Place.segment(place));
        if (segment != null) {
          ReadWindow window = new ReadWindow(buffer(ReadWindow.BYTES));
          windows.put(Thread.currentThread(), window);
          window.fetch(segment, Place.offset(place), byteCount);
        }
      }

      @Override
      public void forget() {
        windows.remove(Thread.currentThread());
      }
    };
  }

  /** See {@link DurableStore#header}. */
  EntryHeader header(TensorKey key, long place) throws IOException {
    EntryHeader header = readHeader(segmentOf(place), place);
    if (!header.key().equals(key)) {
      throw new CorruptEntryException(
          "the entry of " + header.key() + " where " + key + " belongs");
    }
    return header;
  }

  /** See {@link DurableStore#row}. */
  Row row(TensorKey key, long place) throws IOException {
    return readRow(segmentOf(place), place, key);
  }

  private Segment segmentOf(long place) throws IOException {
    Segment segment = parts.catalog().segments.at(Place.segment(place));
    if (segment == null) {
      throw new ClosedChannelException(); // dropped just now
    }
    return segment;
  }

  private RowSchema readSchema(Segment segment, long place) throws IOException {
    return readHeader(segment, place).schema();
  }

  private EntryHeader readHeader(Segment segment, long place) throws IOException {
    ByteBuffer head = readHead(segment, place);
    int entryBytes = entryBytes(head, segment, place);
    ByteBuffer entry = entryIn(head, entryBytes);
    if (entry.remaining() < entryBytes && EntryFormatV1.headerBytes(entry) > entry.remaining()) {
      entry = ByteBuffer.allocate(Math.min(entryBytes, EntryFormatV1.headerBytes(entry)));
      readFully(segment, entry, Place.offset(place) + SegmentFormatV1.RECORD_HEADER_BYTES);
      entry.flip();
    }
    return EntryFormatV1.readHeader(entry, entryBytes);
  }

  private Row readRow(Segment segment, long place, TensorKey key) throws IOException {
    ByteBuffer head = readHead(segment, place);
    int entryBytes = entryBytes(head, segment, place);
    ByteBuffer entry = entryIn(head, entryBytes);
    if (entry.remaining() < entryBytes) {
      entry = ByteBuffer.allocate(entryBytes);
      readFully(segment, entry, Place.offset(place) + SegmentFormatV1.RECORD_HEADER_BYTES);
      entry.flip();
    }
    return EntryFormatV1.decode(entry, key);
  }

  /** The first bytes of a record, of a short one all. */
  private ByteBuffer readHead(Segment segment, long place) throws IOException {
    return readHead(segment, place, READ_AT_ONCE, HEAD);
  }

  /** A record of up to {@code atOnce} bytes, or the first {@code otherwise} of a longer one. */
  private ByteBuffer readHead(Segment segment, long place, int atOnce, int otherwise)
      throws IOException {
    long known = Place.recordBytes(place);
    int wanted = known < 0 || known > atOnce ? otherwise : (int) known;
    ReadWindow fetched = windows.get(Thread.currentThread());
    ReadWindow window = fetched == null ? new ReadWindow(buffer(wanted)) : fetched;
    ByteBuffer head = window.read(segment, Place.offset(place), wanted);
    if (head.limit() < wanted) {
      throw new CorruptEntryException(
          segment.name + " ends within the record at " + Place.offset(place));
    }
    return head;
  }

  /** There may be very many threads, each of which reads a short row. */
  private ByteBuffer buffer(int byteCount) {
    ByteBuffer kept = buffers.get();
    if (kept.capacity() < byteCount) {
      kept = ReadWindow.newBuffer(ReadWindow.BYTES);
      buffers.set(kept);
    }
    return kept;
  }

  private static int entryBytes(ByteBuffer head, Segment segment, long place) throws IOException {
    var record = SegmentFormatV1.readRecordHeader(head, 0, segment.tag);
    long known = Place.recordBytes(place);
    if (record == null
        || record.kind() != SegmentFormatV1.ENTRY
        || known >= 0 && known != SegmentFormatV1.recordBytes(record.bodyBytes())) {
      throw new CorruptEntryException(
          "the record at " + Place.offset(place) + " of " + segment.name + " is damaged");
    }
    long end = Place.offset(place) + SegmentFormatV1.RECORD_HEADER_BYTES + record.bodyBytes();
    if (!segment.reaches(end)) { // before anything is allocated for it
      throw new CorruptEntryException(
          segment.name + " ends within the entry at " + Place.offset(place));
    }
    return record.bodyBytes();
  }

  private static ByteBuffer entryIn(ByteBuffer head, int entryBytes) {
    int there = Math.min(head.limit() - SegmentFormatV1.RECORD_HEADER_BYTES, entryBytes);
    return head.slice(SegmentFormatV1.RECORD_HEADER_BYTES, there);
  }

  private static void readFully(Segment segment, ByteBuffer dst, long at) throws IOException {
    int wanted = dst.remaining();
    if (segment.read(dst, at) < wanted) {
      throw new CorruptEntryException(segment.name + " ends within the entry at " + at);
    }
  }
}
