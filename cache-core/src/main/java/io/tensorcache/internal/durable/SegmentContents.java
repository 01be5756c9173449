package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * What is in a segment: from its index file, or from itself where that cannot be used. No length
 * that a file claims is believed before it was checked against what can be. Guarded by the lock of
 * the {@link Catalog}.
 */
final class SegmentContents {
  /** A segment ends after the record that starts last, which a row of 1 GiB may be. */
  static final long LARGEST_SEGMENT = 4L << 30;

  private final OpenFiles files;
  private final Health health;

  SegmentContents(OpenFiles files, Health health) {
    this.files = files;
    this.health = health;
  }

  /** What is done with the entries. */
  interface Target {
    /** So many are to come. */
    void expect(int entries);

    void add(Segment segment, io.tensorcache.tensor.TensorKey key, int start, int bytes, long at);
  }

  /**
   * The random number in the header of a segment file.
   *
   * @throws NoSuchFileException if it has no header yet
   * @throws CorruptEntryException if it is no segment
   */
  static long tag(StoreFile file, SegmentName name) throws IOException {
    ByteBuffer header = SegmentFormatV1.buffer(SegmentFormatV1.HEADER_BYTES);
    if (file.read(header, 0) < SegmentFormatV1.HEADER_BYTES) {
      throw new NoSuchFileException(name + " is being created");
    }
    long tag = SegmentFormatV1.readHeader(header.flip(), name).tag();
    long size = file.size();
    if (size > LARGEST_SEGMENT) {
      throw new CorruptEntryException(
          name + " has " + size + " bytes, more than any segment: it is ignored");
    }
    return tag;
  }

  /** Gives the entries of a sealed segment. */
  void load(Segment segment, Target target) throws IOException {
    long size = segment.file().size();
    try (IndexFileV1 stored = IndexFileV1.open(files, segment.name, size)) {
      if (stored.tag() != segment.tag) {
        throw new CorruptEntryException("the index beside " + segment.name + " is of another one");
      }
      target.expect(stored.count());
      stored.forEach((key, start, bytes, from, at) -> target.add(segment, key, start, bytes, at));
      segment.newestMillis = stored.newestMillis();
    } catch (CorruptEntryException e) {
      health.failed(e);
      rebuild(segment, size, target);
    } catch (SpecialFileException e) {
      health.failed(new StorageException(e.getMessage() + ": it is rebuilt", e));
      rebuild(segment, size, target);
    }
    segment.scannedTo = size;
    segment.isSealed = true;
  }

  private void rebuild(Segment segment, long size, Target target) throws IOException {
    EntryList found = of(segment, new RecordScan(segment.file(), segment.tag, true));
    found.forEach((key, start, bytes, from, at) -> target.add(segment, key, start, bytes, at));
    segment.newestMillis = found.newestMillis();
    try {
      IndexFileV1.write(files, segment.name, segment.tag, size, found);
    } catch (IOException e) {
      health.failed(new StorageException("the index of " + segment.name + " is not written", e));
    }
  }

  /** What the segment itself holds, damaged records left out and told. */
  EntryList of(Segment segment, RecordScan scan) throws IOException {
    EntryList found = new EntryList();
    scan.run(SegmentFormatV1.HEADER_BYTES, false, found.provenances(), found::add);
    if (scan.damages() > 0) {
      health.failed(
          new CorruptEntryException(
              scan.damages() + " damaged places in " + segment.name + ": left out"));
    }
    return found;
  }
}
