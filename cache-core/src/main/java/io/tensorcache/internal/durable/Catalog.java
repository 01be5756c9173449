package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the index in step with the directory, which other processes change too: loads the index
 * files of sealed segments, follows the ends of open ones, and forgets what is gone. Safe for use
 * by several threads.
 */
final class Catalog {
  private final StoreFiles files;
  private final Path directory;
  private final StoreClock clock;
  private final Health health;
  final KeyIndex index = new KeyIndex();
  final Segments segments = new Segments();
  private final RankedLock lock = new RankedLock(Rank.CATALOG);

  /** Files that cannot be used, told once. Guarded by lock. */
  private final Set<SegmentName> refused = new HashSet<>();

  /** Files of a later format version: never touched. Guarded by lock. */
  private final Set<SegmentName> newer = new HashSet<>();

  /** Files without a header yet, or for ever if their writer died. Guarded by lock. */
  private final Set<SegmentName> headless = new HashSet<>();

  Catalog(StoreFiles files, Path directory, StoreClock clock, Health health) {
    this.files = files;
    this.directory = directory;
    this.clock = clock;
    this.health = health;
  }

  /** Looks what is new, unless another thread is just doing that. */
  boolean pollIfFree() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      poll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Looks what is new; problems are told and the rest goes on. */
  void poll() {
    lock.lock();
    try {
      Set<String> names = new HashSet<>(files.list(directory));
      for (Segment known : segments.all()) {
        if (!names.contains(known.name + SegmentName.SEGMENT)) {
          lost(known);
        }
      }
      expectEntries(names);
      for (String fileName : names) {
        SegmentName name = SegmentName.of(fileName, SegmentName.SEGMENT);
        if (name != null && !refused.contains(name)) {
          follow(name, names);
        }
      }
    } catch (IOException e) {
      health.refuse("the store directory " + directory + " cannot be read: " + e, e, false);
    } finally {
      lock.unlock();
    }
  }

  private void lost(Segment segment) {
    if (segment.isOurs && !segment.isSealed) {
      health.refuse(
          segment.name
              + " was deleted while it was written: nothing more is stored. Was the directory "
              + directory
              + " removed?",
          null,
          true);
    }
    forget(segment);
  }

  /** Avoids growing the index step by step. */
  private void expectEntries(Set<String> names) throws IOException {
    long entries = 0;
    for (String fileName : names) {
      SegmentName name = SegmentName.of(fileName, SegmentName.INDEX);
      if (name != null && segments.named(name) == null && !refused.contains(name)) {
        Path segment = name.file(directory, SegmentName.SEGMENT);
        long possible = files.size(segment) / SegmentFormatV1.UNIT;
        entries +=
            Math.min(files.size(directory.resolve(fileName)) / EntryList.ENTRY_BYTES, possible);
      }
    }
    if (entries > 0) {
      index.expect(index.size() + entries);
    }
  }

  private void follow(SegmentName name, Set<String> names) {
    try {
      Segment segment = segments.named(name);
      boolean hasIndex = names.contains(name + SegmentName.INDEX);
      boolean hasDead = names.contains(name + SegmentName.DEAD);
      if (segment == null) {
        segment = open(name, hasIndex, hasDead);
      } else if (hasDead) {
        readDead(segment);
      }
      if (!segment.isOurs && !segment.isSealed) {
        scan(segment);
        segment.isSealed = hasIndex;
      }
    } catch (NoSuchFileException e) {
      return; // dropped since the directory was listed
    } catch (NewerFormatException e) {
      newer.add(name);
      refuse(name, new StorageException(e.getMessage(), e));
    } catch (CorruptEntryException e) {
      refuse(name, e);
    } catch (IOException e) {
      health.failed(new StorageException(name + " cannot be read: " + e, e));
    }
  }

  private void refuse(SegmentName name, TensorCacheException why) {
    if (refused.add(name)) {
      health.failed(why);
    }
  }

  private Segment open(SegmentName name, boolean hasIndex, boolean hasDead) throws IOException {
    StoreFile file = files.open(name.file(directory, SegmentName.SEGMENT), StoreFiles.Mode.READ);
    try {
      ByteBuffer header = SegmentFormatV1.buffer(SegmentFormatV1.HEADER_BYTES);
      if (file.read(header, 0) < SegmentFormatV1.HEADER_BYTES) {
        headless.add(name);
        throw new NoSuchFileException(name + " is being created");
      }
      headless.remove(name);
      long tag = SegmentFormatV1.readHeader(header.flip(), name).tag();
      int slot = segments.newSlot();
      if (slot < 0) {
        throw new IOException("more than " + Place.MAX_SEGMENTS + " segments in one process");
      }
      Segment segment = new Segment(name, tag, slot, false, file);
      if (hasDead) {
        readDead(segment);
      }
      if (hasIndex) {
        load(segment);
      }
      segments.add(segment);
      return segment;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Fills the index from the index file, or from the segment itself if that is damaged. */
  private void load(Segment segment) throws IOException {
    long size = segment.file().size();
    try (IndexFileV1 stored = IndexFileV1.open(files, directory, segment.name, size)) {
      if (stored.tag() != segment.tag) {
        throw new CorruptEntryException("the index beside " + segment.name + " is of another one");
      }
      stored.forEach((key, start, bytes, from, at) -> add(segment, key, start, bytes, at));
      segment.newestMillis = stored.newestMillis();
    } catch (CorruptEntryException e) {
      health.failed(e);
      rebuild(segment, size);
    }
    segment.scannedTo = size;
    segment.isSealed = true;
  }

  private void rebuild(Segment segment, long size) throws IOException {
    EntryList found = contents(segment, true);
    found.forEach((key, start, bytes, from, at) -> add(segment, key, start, bytes, at));
    segment.newestMillis = found.newestMillis();
    try {
      IndexFileV1.write(files, directory, segment.name, segment.tag, size, found);
    } catch (IOException e) {
      health.failed(new StorageException("the index of " + segment.name + " is not written", e));
    }
  }

  /** What the segment itself holds, damaged records left out and told. */
  EntryList contents(Segment segment, boolean verified) throws IOException {
    return contents(segment, new RecordScan(segment.file(), segment.tag, verified));
  }

  EntryList contents(Segment segment, RecordScan scan) throws IOException {
    EntryList found = new EntryList();
    scan.run(SegmentFormatV1.HEADER_BYTES, false, found.provenances(), found::add);
    if (scan.damages() > 0) {
      health.failed(
          new CorruptEntryException(
              scan.damages() + " damaged places in " + segment.name + ": left out"));
    }
    return found;
  }

  /** Follows the end of a segment that another process writes. */
  private void scan(Segment segment) throws IOException {
    if (segment.file().size() <= segment.scannedTo) {
      return;
    }
    RecordScan scan = new RecordScan(segment.file(), segment.tag, false);
    Map<Integer, Provenance> unused = new HashMap<>();
    scan.run(
        segment.scannedTo,
        true,
        unused,
        (key, start, bytes, from, at) -> {
          add(segment, key, start, bytes, at);
          segment.newestMillis = Math.max(segment.newestMillis, at);
        });
    segment.scannedTo = scan.end();
  }

  /** Puts a record into the index unless it was removed. */
  void add(Segment segment, TensorKey key, int start, int bodyBytes, long createdMillis) {
    if (bodyBytes >= 0
        && Place.canStartAt((long) start * SegmentFormatV1.UNIT)
        && !segment.dead.contains(start)) {
      long place = Place.of(segment.slot, start, SegmentFormatV1.recordBytes(bodyBytes));
      index.add(key, place, clock.seconds(createdMillis));
    }
  }

  private void readDead(Segment segment) throws IOException {
    if (files.size(segment.name.file(directory, SegmentName.DEAD)) <= segment.deadSeen) {
      return;
    }
    Set<Integer> single = new HashSet<>();
    boolean[] wide = new boolean[1];
    segment.deadSeen =
        DeadFileV1.read(
            files,
            directory,
            segment,
            segment.deadSeen,
            (from, to) -> {
              segment.dead.add(from, to);
              wide[0] |= to - from > 1;
              single.add(from);
            });
    if (segments.named(segment.name) == null) {
      return; // nothing of it is in the index yet
    }
    if (wide[0] || single.size() > 256) {
      index.removeIf(
          place ->
              Place.segment(place) == segment.slot && segment.dead.contains(Place.start(place)));
    } else {
      for (int start : single) {
        removeAt(segment, start);
      }
    }
  }

  /** Finds out whose record starts there. */
  private void removeAt(Segment segment, int start) throws IOException {
    ByteBuffer key = SegmentFormatV1.buffer(2 * Long.BYTES);
    long at = (long) start * SegmentFormatV1.UNIT + SegmentFormatV1.RECORD_HEADER_BYTES + 16;
    if (segment.read(key, at) == key.capacity()) {
      index.remove(new TensorKey(key.getLong(0), key.getLong(8)), Place.of(segment.slot, start, 0));
    }
  }

  /** Drops a segment that is no longer there from the index; returns its number of entries. */
  long forget(Segment segment) {
    lock.lock();
    try {
      if (segments.named(segment.name) != segment) {
        return 0;
      }
      segments.remove(segment);
      long removed = index.removeIf(place -> Place.segment(place) == segment.slot);
      closeQuietly(segment);
      return removed;
    } finally {
      lock.unlock();
    }
  }

  private void closeQuietly(Segment segment) {
    try {
      segment.close();
    } catch (IOException e) {
      health.failed(new StorageException(segment.name + " cannot be closed: " + e, e));
    }
  }

  /** Creates a segment of ours, empty. */
  Segment create(SegmentName name, long tag) throws IOException {
    lock.lock(); // or a look at the directory could miss the file and find the segment
    try {
      int slot = segments.newSlot();
      if (slot < 0) {
        throw new IOException("more than " + Place.MAX_SEGMENTS + " segments in one process");
      }
      Path path = name.file(directory, SegmentName.SEGMENT);
      Segment segment =
          new Segment(name, tag, slot, true, files.open(path, StoreFiles.Mode.CREATE_NEW));
      segments.add(segment);
      return segment;
    } finally {
      lock.unlock();
    }
  }

  /** Segments of others that have no index file yet. */
  List<SegmentName> open() {
    lock.lock();
    try {
      Set<SegmentName> open = new HashSet<>(headless);
      segments.all().stream()
          .filter(each -> !each.isOurs && !each.isSealed)
          .forEach(each -> open.add(each.name));
      return List.copyOf(open);
    } finally {
      lock.unlock();
    }
  }

  /** True for a file of a later format version, which is not ours to drop. */
  boolean isNewer(SegmentName name) {
    lock.lock();
    try {
      return newer.contains(name);
    } finally {
      lock.unlock();
    }
  }

  /** The segment was cut and sealed by this process: only these entries are in it. */
  void sealed(Segment segment, EntryList found, long size) {
    lock.lock();
    try {
      BitSet starts = new BitSet();
      found.forEach(
          (key, start, bytes, from, at) -> {
            starts.set(start);
            add(segment, key, start, bytes, at);
          });
      index.removeIf(
          place -> Place.segment(place) == segment.slot && !starts.get(Place.start(place)));
      segment.newestMillis = found.newestMillis();
      segment.scannedTo = size;
      segment.isSealed = true;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      segments.all().forEach(this::closeQuietly);
    } finally {
      lock.unlock();
    }
  }
}
