package io.tensorcache.internal.gate;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Which rows a full store lets in. A row that was never here always is: to compute it again may
 * take a night. One that had to go, or was refused, comes back only if it was asked for more often
 * than what would go for it, by a margin. So epochs over more than fits do not write the store anew
 * each time. Where what was used last would serve more, all rows are let in for a while: it is
 * followed for a sample of the keys what such a store would serve.
 *
 * <p>Of a key it knows 64 bits, which are mixed with a secret: who can choose keys cannot make them
 * share counters. Safe for use by several threads. Its lock is taken by none that waits: who finds
 * it taken goes on, and a look-up is not counted.
 */
public final class StoreGate {
  /** Look-ups for each row until all frequencies are halved. */
  private static final long LOOKUPS_A_ROW = 20;

  /** Look-ups for each row during which all are let in. */
  private static final long OPEN_LOOKUPS_A_ROW = 4;

  private static final long FEWEST_ROWS = 64;

  /** A sample has no more rows than twice this. */
  private static final long ROWS_OF_SAMPLE = 512;

  /** Of that level one key of so many is followed: 2^20. */
  private static final int TOP_LEVEL = 20;

  private static final Worth NOT_COMPARED = new Worth(0, 0);

  private final long secret;
  private final long mostBytes;

  /** Counts what went and what was refused. */
  private final Sketch absent = new Sketch();

  private final AtomicLong counted = new AtomicLong(); // keys in it at most
  private final RankedLock lock = new RankedLock(Rank.GATE);
  private final AtomicLong lookups = new AtomicLong(); // opaque: a few may be lost
  private final AtomicLong openLookups = new AtomicLong(); // left; opaque
  private final AtomicLong above = new AtomicLong();
  private volatile long rows;
  private volatile int age;
  private volatile boolean isOpen;

  /** How many rows are held of those that are followed; below 0 until that is known. */
  private volatile long sampledRows = -1;

  private volatile int level;
  private Shadow all = new Shadow(false); // guarded by lock
  private final Score score = new Score(); // guarded by lock

  /**
   * With a secret of its own.
   *
   * @param mostBytes what it may take to count; with more rows than that allows it forgets some
   */
  public StoreGate(long mostBytes) {
    this(mostBytes, new SecureRandom()::nextLong);
  }

  StoreGate(long mostBytes, LongSupplier secrets) {
    this.mostBytes = mostBytes;
    this.secret = secrets.getAsLong();
  }

  private long hash(long tag) {
    return Gate.mix(tag ^ secret);
  }

  /** How often all frequencies were halved. */
  public int age() {
    return age;
  }

  /** The store served a row. */
  public void found(long tag) {
    tick(1);
    duel(hash(tag), true);
  }

  /** So many rows of functions that persist were served without the store. */
  public void servedAbove(long count) {
    tick(count);
    above.addAndGet(count);
  }

  /**
   * How often each row of the store was served without it lately, taken to be the same for all; 0
   * while it is not known how many rows there are.
   */
  public double timesServedAbove() {
    long count = rows;
    return count == 0 ? 0 : (double) above.get() / count;
  }

  /**
   * A row was computed that the store, which is full, has not. True if it is let in.
   *
   * @param victim how often what would go for it was asked for lately, in the mean
   */
  public boolean admits(long tag, double victim) {
    long hash = hash(tag);
    tick(1);
    duel(hash, false);
    if (isOpen || absent.frequency(hash) == 0) {
      return true;
    }
    return absent.increment(hash) > Math.min(Sketch.MOST, victim) + Worth.MARGIN;
  }

  /** True if a row never had to go, and was never refused, as far as that is known. */
  public boolean isNew(long tag) {
    return absent.frequency(hash(tag)) == 0;
  }

  /** A row had to go, which was asked for so often lately. */
  public void dropped(long tag, double times) {
    counted.incrementAndGet();
    absent.raise(hash(tag), (int) Math.max(1, Math.min(Sketch.MOST, Math.round(times))));
  }

  /** True if the key is one of those that are followed. */
  public boolean isSampled(long tag) {
    return isSampledHash(hash(tag));
  }

  private boolean isSampledHash(long hash) {
    return (hash >>> 24 & (1L << level) - 1) == 0;
  }

  /**
   * What the store holds when it is full. By one thread at a time.
   *
   * @param rowCount of all rows
   * @param followed how many of them are followed
   */
  public void holds(long rowCount, long followed) {
    rows = rowCount;
    int wanted = 0;
    while (wanted < TOP_LEVEL && rowCount >> wanted > 2 * ROWS_OF_SAMPLE) {
      wanted++;
    }
    if (wanted == level) {
      sampledRows = followed;
    } else {
      forgetSample(wanted); // known the next time
    }
    makeRoomToCount();
  }

  private void makeRoomToCount() {
    try {
      lock.lock(); // others may be about to halve
      if (absent.isTooSmallFor(counted.get())) {
        if (2 * absent.byteCount() <= mostBytes) {
          absent.grow();
        } else {
          absent.forget();
          counted.set(0);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void forgetSample(int newLevel) {
    try {
      lock.lock();
      sampledRows = -1;
      level = newLevel;
      all = new Shadow(false);
      score.set(0);
      isOpen = false;
    } finally {
      lock.unlock();
    }
  }

  /** Everything was removed. */
  public void clear() {
    forgetSample(level);
    absent.forget();
    counted.set(0);
    above.set(0);
  }

  private void tick(long count) {
    lookups.setOpaque(lookups.getOpaque() + count);
    if (isOpen) {
      openLookups.setOpaque(openLookups.getOpaque() - count);
    }
    if (isTimeToHalve()) {
      halve();
    }
  }

  private boolean isTimeToHalve() {
    return lookups.getOpaque() >= LOOKUPS_A_ROW * Math.max(FEWEST_ROWS, rows);
  }

  private void halve() {
    try {
      if (lock.tryLock() && isTimeToHalve()) {
        lookups.setOpaque(lookups.getOpaque() / 2);
        absent.halve();
        counted.set(counted.get() / 2);
        above.set(above.get() / 2);
        age++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A row counts for one: how long it will be in the file is not known before it is there. */
  private void duel(long hash, boolean isHit) {
    long bound = sampledRows;
    if (bound < 0 || !isSampledHash(hash)) {
      return;
    }
    try {
      if (lock.tryLock()) {
        count(isHit, all.ask(new Shadow.Look(hash, 1, NOT_COMPARED, 0), bound));
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private void count(boolean byGate, boolean byAll) {
    if (isOpen) {
      if (openLookups.getOpaque() <= 0) {
        isOpen = false;
        score.set(limit());
      }
    } else {
      score.count(byGate, byAll, 1);
      score.keepBelow(limit());
      if (score.isForAll(limit())) {
        score.set(0);
        openLookups.setOpaque(OPEN_LOOKUPS_A_ROW * Math.max(FEWEST_ROWS, rows));
        isOpen = true;
      }
    }
  }

  private long limit() {
    return Score.limit(rows >> level);
  }
}
