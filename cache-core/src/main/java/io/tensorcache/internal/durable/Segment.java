package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;

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
  final SegmentUse use = new SegmentUse();

  private final OpenFiles.Kept file;

  /** Bytes that the file is known to have. */
  private volatile long knownBytes;

  /** Everything up to here is in the index. */
  long scannedTo = SegmentFormatV1.HEADER_BYTES;

  /** Nothing is added any more. */
  volatile boolean isSealed;

  /** How much of the file of removed records was read. */
  long deadSeen;

  /** When its newest entry was stored; 0 for none. */
  volatile long newestMillis;

  Segment(SegmentName name, long tag, int slot, boolean isOurs, OpenFiles.Kept file) {
    this.name = name;
    this.tag = tag;
    this.slot = slot;
    this.isOurs = isOurs;
    this.file = file;
  }

  /** True if the place of a record is in this segment. */
  boolean has(long place) {
    return Place.segment(place) == slot;
  }

  OpenFiles.Kept file() {
    return file;
  }

  /**
   * Reads until {@code dst} is full or the file ends.
   *
   * @throws ClosedChannelException if the segment was dropped
   */
  int read(ByteBuffer dst, long position) throws IOException {
    try {
      return file.read(dst, position);
    } catch (NoSuchFileException e) {
      throw new ClosedChannelException();
    }
  }

  /** Bytes that the file is known to have; 0 if nobody read it. */
  long knownBytes() {
    return knownBytes;
  }

  /** True if the file has all bytes before {@code end}. */
  boolean reaches(long end) throws IOException {
    if (end > knownBytes) {
      knownBytes = file.size();
    }
    return end <= knownBytes;
  }

  void close() throws IOException {
    file.close();
  }
}
