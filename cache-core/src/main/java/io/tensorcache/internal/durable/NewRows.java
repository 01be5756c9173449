package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.gate.StoreGate;
import io.tensorcache.tensor.TensorKey;
import org.jspecify.annotations.Nullable;

/**
 * Which new rows a store takes, and what it knows of the use of its rows for that. Safe for use by
 * several threads.
 */
final class NewRows {
  /** What a record counts for that is too long for its place to say. */
  private static final long LONG_RECORD = 64 << 20;

  /** Of the largest Java heap, what counting may take. */
  private static final int SHARE_OF_HEAP = 64;

  private final StoreConfig config;
  private final Catalog catalog;
  private final Ledger ledger;
  private final Health health;
  private final StoreGate gate = new StoreGate(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

  /** Of all segments that are or were there. */
  private final SegmentUse all = new SegmentUse();

  /** What goes next; null if that is not known. */
  private volatile @Nullable Segment next;

  private volatile boolean hasDropped;

  NewRows(StoreConfig config, Catalog catalog, Ledger ledger, Health health) {
    this.config = config;
    this.catalog = catalog;
    this.ledger = ledger;
    this.health = health;
  }

  /**
   * Queues a row that is not here, if it is taken.
   *
   * @param isComputed it was asked for and not found; else someone says that it is to be here
   */
  Storing offer(Pending row, WriteQueue queue, boolean isComputed) {
    long cost = SegmentWriter.costOf(row.row, row.provenance);
    if (health.refusal() != null || cost > StoreLimits.largestRecord(config)) {
      return Storing.DECLINED;
    }
    boolean isFull = ledger.lastSeen() + queue.unreservedBytes() + cost > config.limit().bytes();
    if (isFull && config.whenFull() == WhenFull.KEEP_FIRST) {
      return Storing.DECLINED;
    }
    row.mayDropOthers = true;
    if (isComputed && config.whenFull() == WhenFull.EVICT) {
      long tag = KeyIndex.tag(row.key);
      if (isFull && !gate.admits(tag, timesOfNext())) {
        return Storing.REFUSED;
      }
      row.mayDropOthers = isFull || gate.isNew(tag); // else it came because there is room
    }
    boolean isQueued = queue.offer(row, config.whenBusy() == WhenBusy.WAIT);
    return isQueued ? Storing.QUEUED : Storing.DECLINED;
  }

  /** Below 0 if nothing had to go so far, so that it is not known what would. */
  private double timesOfNext() {
    if (!hasDropped) {
      return -1;
    }
    Segment victim = next;
    boolean isKnown = victim != null && isThere(victim);
    return isKnown
        ? times(victim.use, victim.knownBytes())
        : times(all, ledger.lastSeen()); // as any other
  }

  private boolean isThere(Segment segment) {
    return catalog.segments.at(segment.slot) == segment;
  }

  /** True if segments had to go, and {@link #nextIs} should say which one is next. */
  boolean wantsNext() {
    Segment victim = next;
    return hasDropped && (victim == null || !isThere(victim));
  }

  /** How often each row in so many bytes was asked for lately, in the mean. */
  private double times(SegmentUse use, long byteCount) {
    double read = (double) use.bytes(gate.age()) / Math.max(1, byteCount);
    return 1 + read + gate.timesServedAbove();
  }

  /** A row was read and verified. */
  void served(TensorKey key, Segment segment, long place) {
    long byteCount = byteCount(place);
    segment.use.add(byteCount, gate.age());
    all.add(byteCount, gate.age());
    gate.found(KeyIndex.tag(key));
  }

  /** So many rows of functions that persist were served without the store. */
  void servedAbove(long rows) {
    gate.servedAbove(rows);
  }

  private static long byteCount(long place) {
    long known = Place.recordBytes(place);
    return known < 0 ? LONG_RECORD : known;
  }

  /**
   * Forgets a segment that goes for other rows; returns its number of entries.
   *
   * @param oldestSeconds what was created before was too old to be served: it may come back
   */
  long forget(Segment segment, int oldestSeconds) {
    double times = times(segment.use, segment.knownBytes());
    long[] counts = new long[2]; // bytes of all, and how many are followed
    long rows = catalog.index.size();
    long entries =
        catalog.forget(
            segment,
            (tag, place, created) -> {
              counts[0] += byteCount(place);
              counts[1] += gate.isSampled(tag) ? 1 : 0;
              boolean isGone = segment.has(place);
              if (isGone && created >= oldestSeconds) {
                gate.dropped(tag, times);
              }
              return isGone;
            });
    if (counts[0] > 0) { // many more may just be on their way
      double whole = (double) config.limit().bytes() / counts[0];
      gate.holds((long) (rows * whole), (long) (counts[1] * whole));
    }
    return entries;
  }

  /** Says what goes next. */
  void nextIs(@Nullable Segment segment) {
    next = segment;
    hasDropped = true;
  }

  /** Everything was removed. */
  void clear() {
    next = null;
    hasDropped = false;
    gate.clear();
  }
}
