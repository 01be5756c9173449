package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
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
  private final OpenFiles files;
  private final Path directory;
  private final StoreClock clock;
  private final Health health;
  final KeyIndex index = new KeyIndex();
  final Segments segments = new Segments();
  private final RankedLock lock = new RankedLock(Rank.CATALOG);
  private final SegmentContents contents;
  private final RemovedRecords removed;
  private final SegmentContents.Target intoIndex =
      new SegmentContents.Target() {
        @Override
        public void expect(int entries) {
          index.expectMore(entries);
        }

        @Override
        public void add(Segment segment, TensorKey key, int start, int bytes, long at) {
          Catalog.this.add(segment, key, start, bytes, at);
        }
      };

  /** Files that cannot be used, told once. Guarded by lock. */
  private final Set<SegmentName> refused = new HashSet<>();

  /** Files of a later format version: never touched. Guarded by lock. */
  private final Set<SegmentName> newer = new HashSet<>();

  /** Files that could not be read when it was last tried, told once. Guarded by lock. */
  private final Set<SegmentName> unreadable = new HashSet<>();

  /** Files without a header yet, or for ever if their writer died. Guarded by lock. */
  private final Set<SegmentName> headless = new HashSet<>();

  Catalog(OpenFiles files, Path directory, StoreClock clock, Health health) {
    this.files = files;
    this.directory = directory;
    this.clock = clock;
    this.health = health;
    this.contents = new SegmentContents(files, health);
    this.removed = new RemovedRecords(files, index, segments);
  }

  /** Looks what is new, unless another thread is just doing that. */
  boolean pollIfFree() {
    try {
      if (!lock.tryLock()) {
        return false;
      }
      look();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks what is new; problems are told and the rest goes on.
   *
   * @return false if the directory cannot be read
   */
  boolean poll() {
    try {
      lock.lock();
      return look();
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private boolean look() {
    try {
      files.requireInPlace();
      Set<String> names = new HashSet<>(files.list());
      for (Segment known : segments.all()) {
        if (!names.contains(known.name + SegmentName.SEGMENT)) {
          lost(known);
        }
      }
      for (String fileName : names) {
        SegmentName name = SegmentName.of(fileName, SegmentName.SEGMENT);
        if (name != null && !refused.contains(name) && !isStillHeadless(name, names)) {
          follow(name, names);
        }
      }
      return true;
    } catch (DirectoryGoneException e) {
      health.refuse(e.getMessage() + " while it was used: nothing more is stored", e, true);
    } catch (IOException e) {
      health.refuse("the store directory " + directory + " cannot be read: " + e, e, false);
    }
    return false;
  }

  /**
   * Looks for the first time.
   *
   * @throws StorageException if the directory cannot be read
   */
  void requireListed() {
    if (!poll()) {
      close();
      throw new StorageException("the store directory " + directory + " cannot be listed");
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
    drop(segment, (tag, place, created) -> segment.has(place));
  }

  /** Who may still write a header has a lock file, and deletes it last of all. */
  private boolean isStillHeadless(SegmentName name, Set<String> names) {
    return headless.contains(name) && !names.contains(SegmentName.lockName(name.writer()));
  }

  private void follow(SegmentName name, Set<String> names) {
    try {
      Segment segment = segments.named(name);
      boolean hasIndex = names.contains(name + SegmentName.INDEX);
      boolean hasDead = names.contains(name + SegmentName.DEAD);
      if (segment == null) {
        segment = open(name, hasIndex, hasDead);
      } else if (hasDead) {
        removed.read(segment);
      }
      if (!segment.isOurs && !segment.isSealed) {
        scan(segment);
        segment.isSealed = hasIndex;
      }
      unreadable.remove(name);
    } catch (NoSuchFileException | ClosedChannelException e) {
      return; // dropped since the directory was listed
    } catch (NewerFormatException e) {
      newer.add(name);
      refuse(name, new StorageException(e.getMessage(), e));
    } catch (CorruptEntryException e) {
      refuse(name, e);
    } catch (SpecialFileException e) {
      refuse(name, new StorageException(e.getMessage() + ": it is ignored", e));
    } catch (IOException e) {
      if (unreadable.add(name)) {
        health.failed(new StorageException(name + " cannot be read: " + e, e));
      }
    }
  }

  private void refuse(SegmentName name, TensorCacheException why) {
    if (refused.add(name)) {
      health.failed(why);
    }
  }

  private Segment open(SegmentName name, boolean hasIndex, boolean hasDead) throws IOException {
    if (isHeadless(name)) {
      headless.add(name);
      throw new NoSuchFileException(name + " is being created");
    }
    headless.remove(name);
    OpenFiles.Kept file = files.keep(name.file(SegmentName.SEGMENT));
    try {
      long tag = SegmentContents.tag(file, name);
      int slot = segments.newSlot();
      if (slot < 0) {
        throw new IOException("more than " + Place.MAX_SEGMENTS + " segments in one process");
      }
      Segment segment = new Segment(name, tag, slot, false, file);
      if (hasDead) {
        removed.read(segment);
      }
      if (hasIndex) {
        contents.load(segment, intoIndex);
      }
      segments.add(segment);
      return segment;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Without opening it: there may be very many. */
  private boolean isHeadless(SegmentName name) throws IOException {
    String file = name.file(SegmentName.SEGMENT);
    return files.size(file) < SegmentFormatV1.HEADER_BYTES && !files.isSpecial(file);
  }

  /** What the segment itself holds, damaged records left out and told. */
  EntryList contents(Segment segment, boolean verified) throws IOException {
    return contents.of(segment, new RecordScan(segment.file(), segment.tag, verified));
  }

  EntryList contents(Segment segment, RecordScan scan) throws IOException {
    return contents.of(segment, scan);
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

  /** Drops a segment that is no longer there from the index; returns its number of entries. */
  long forget(Segment segment) {
    return forget(segment, (tag, place, created) -> segment.has(place));
  }

  /** Drops it too; the look is at every record of the index, and true for those of the segment. */
  long forget(Segment segment, IndexShard.Look isOfIt) {
    try {
      lock.lock();
      return drop(segment, isOfIt);
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private long drop(Segment segment, IndexShard.Look isOfIt) {
    if (segments.named(segment.name) != segment) {
      return 0;
    }
    segments.remove(segment);
    long entries = index.removeIf(isOfIt);
    closeQuietly(segment);
    return entries;
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
    try {
      lock.lock(); // or a look at the directory could miss the file and find the segment
      int slot = segments.newSlot();
      if (slot < 0) {
        throw new IOException("more than " + Place.MAX_SEGMENTS + " segments in one process");
      }
      Segment segment =
          new Segment(name, tag, slot, true, files.create(name.file(SegmentName.SEGMENT)));
      segments.add(segment);
      return segment;
    } finally {
      lock.unlock();
    }
  }

  /** True if a segment that was known is gone, here or from the directory. */
  boolean isDropped(Segment segment) {
    if (segments.named(segment.name) == segment) {
      poll();
    }
    return segments.named(segment.name) != segment;
  }

  /** Segments of others that have no index file yet. */
  List<SegmentName> open() {
    try {
      lock.lock();
      Set<SegmentName> open = new HashSet<>(headless);
      segments.all().stream()
          .filter(each -> !each.isOurs && !each.isSealed)
          .forEach(each -> open.add(each.name));
      return List.copyOf(open);
    } finally {
      lock.unlock();
    }
  }

  /** Files that had no header when they were last looked at. */
  List<SegmentName> headless() {
    try {
      lock.lock();
      return List.copyOf(headless);
    } finally {
      lock.unlock();
    }
  }

  void forgetHeadless(List<SegmentName> gone) {
    try {
      lock.lock();
      gone.forEach(headless::remove);
    } finally {
      lock.unlock();
    }
  }

  /** True for a file of a later format version, which is not ours to drop. */
  boolean isNewer(SegmentName name) {
    try {
      lock.lock();
      return newer.contains(name);
    } finally {
      lock.unlock();
    }
  }

  /** The segment was cut and sealed by this process: only these entries are in it. */
  void sealed(Segment segment, EntryList found, long size) {
    try {
      lock.lock();
      BitSet starts = new BitSet();
      found.forEach(
          (key, start, bytes, from, at) -> {
            starts.set(start);
            if (!wasFound(segment, start)) {
              add(segment, key, start, bytes, at);
            }
          });
      index.removeIf(place -> segment.has(place) && !starts.get(Place.start(place)));
      segment.newestMillis = found.newestMillis();
      segment.scannedTo = size;
      segment.isSealed = true;
    } finally {
      lock.unlock();
    }
  }

  /** What was in the index, and is not any more, was removed. */
  private static boolean wasFound(Segment segment, int start) {
    return segment.isOurs || (long) start * SegmentFormatV1.UNIT < segment.scannedTo;
  }

  void close() {
    try {
      lock.lock();
      segments.all().forEach(this::closeQuietly);
      files.close();
    } catch (IOException e) {
      health.failed(new StorageException("the directory cannot be let go: " + e, e));
    } finally {
      lock.unlock();
    }
  }
}
