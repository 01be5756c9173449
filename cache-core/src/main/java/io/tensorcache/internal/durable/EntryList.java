package io.tensorcache.internal.durable;

import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of one segment and the provenances they name, as its index file will hold them: 32
 * bytes an entry. Confined to one thread.
 */
final class EntryList {
  static final int ENTRY_BYTES = 32;

  private final Map<Integer, Provenance> provenances = new LinkedHashMap<>();
  private ByteBuffer entries = SegmentFormatV1.buffer(1024);
  private long newestMillis;

  /** One entry of a segment. */
  interface Visitor {
    /** {@code start} in units; {@code bodyBytes} without header and padding. */
    void entry(TensorKey key, int start, int bodyBytes, int provenance, long createdMillis);
  }

  void add(TensorKey key, int start, int bodyBytes, int provenance, long createdMillis) {
    if (entries.remaining() < ENTRY_BYTES) {
      ByteBuffer larger = SegmentFormatV1.buffer(entries.capacity() * 2);
      entries = larger.put(entries.flip());
    }
    newestMillis = Math.max(newestMillis, createdMillis);
    entries.putLong(key.hi()).putLong(key.lo()).putInt(start).putInt(bodyBytes);
    entries.putInt((int) Math.min(Math.max(createdMillis / 1000, 0), 0xFFFFFFFFL));
    entries.putInt(provenance);
  }

  /** Reads one entry at an index of a buffer. */
  static void visit(ByteBuffer in, int at, Visitor visitor) {
    visitor.entry(
        new TensorKey(in.getLong(at), in.getLong(at + 8)),
        in.getInt(at + 16),
        in.getInt(at + 20),
        in.getInt(at + 28),
        (in.getInt(at + 24) & 0xFFFFFFFFL) * 1000);
  }

  void put(int number, Provenance of) {
    provenances.put(number, of);
  }

  Map<Integer, Provenance> provenances() {
    return provenances;
  }

  int count() {
    return entries.position() / ENTRY_BYTES;
  }

  long newestMillis() {
    return newestMillis;
  }

  void forEach(Visitor visitor) {
    forEach(0, visitor);
  }

  /** Visits the entries from the number {@code first} on. */
  void forEach(int first, Visitor visitor) {
    for (int at = first * ENTRY_BYTES; at < entries.position(); at += ENTRY_BYTES) {
      visit(entries, at, visitor);
    }
  }

  /** Forgets the entries from {@code count} on. */
  void truncate(int count) {
    entries.position(count * ENTRY_BYTES);
  }

  ByteBuffer entryBytes() {
    return entries.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
  }

  /** The provenance records' bodies, each after its length. */
  ByteBuffer provenanceBytes() {
    List<ByteBuffer> bodies = new ArrayList<>();
    int size = 0;
    for (Map.Entry<Integer, Provenance> each : provenances.entrySet()) {
      ByteBuffer body = SegmentFormatV1.provenance(each.getKey(), each.getValue());
      bodies.add(body);
      size += Integer.BYTES + body.remaining();
    }
    ByteBuffer out = SegmentFormatV1.buffer(size);
    bodies.forEach(body -> out.putInt(body.remaining()).put(body));
    return out.flip();
  }
}
