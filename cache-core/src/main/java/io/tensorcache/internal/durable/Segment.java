package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One segment file that this process knows, open for reading. What is not final or volatile is
 * guarded by the lock of the {@link Catalog}. Reads are safe from several threads.
 */
final class Segment {
  final SegmentName name;
  final long tag;

  /** Its number in {@link Place}s of this process. */
  final int slot;

  /** Written by this store, which knows what is in it without looking. */
  final boolean isOurs;

  final DeadRanges dead = new DeadRanges();

  private final StoreFile file;

  /** Everything up to here is in the index. */
  long scannedTo = SegmentFormatV1.HEADER_BYTES;

  /** Nothing is added any more. */
  volatile boolean isSealed;

  /** How much of the file of removed records was read. */
  long deadSeen;

  /** When its newest entry was stored; 0 for none. */
  volatile long newestMillis;

  Segment(SegmentName name, long tag, int slot, boolean isOurs, StoreFile file) {
    this.name = name;
    this.tag = tag;
    this.slot = slot;
    this.isOurs = isOurs;
    this.file = file;
  }

  StoreFile file() {
    return file;
  }

  int read(ByteBuffer dst, long position) throws IOException {
    return file.read(dst, position);
  }

  void close() throws IOException {
    file.close();
  }
}
