package io.tensorcache.internal.gate;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.tensor.TensorKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which new rows a full stack of tiers lets in. A row is let in if it was asked for more often
 * lately than each row that would go for it, by a margin. So rows that come round in epochs stay
 * where they are, and frequent ones drive out rare ones. Where what was used last serves more, the
 * gate opens, and all rows are let in ({@link Duel}).
 *
 * <p>The bits of a key that decide are mixed with a secret: who can choose keys cannot make them
 * share counters. Safe for use by several threads. Its lock is taken by none that waits: who finds
 * it taken goes on, and a look-up is not counted.
 */
public final class Gate {
  /** Look-ups of full tiers for each row until all frequencies are halved; then half of that. */
  private static final long LOOKUPS_A_ROW = 20;

  private static final long FEWEST_ROWS = 64;

  /** Rows that nobody asks for any more are worth forgetting from this share of all rows on. */
  private static final long SHARE_REPLACED = 8;

  /** Halvings after which no frequency is left. */
  private static final int HALVINGS_TO_FORGET = 4;

  private final long secret;
  private final long otherSecret;
  private final boolean countsRows;
  private final @Nullable IntToDoubleFunction weights;
  private final Sketch sketch = new Sketch();
  private final AllHoldings held = new AllHoldings();
  private final List<Residents> residents = new CopyOnWriteArrayList<>();
  private final Duel duel = new Duel(held);
  private final RankedLock lock = new RankedLock(Rank.GATE);
  private final AtomicLong lookups = new AtomicLong(); // opaque: a few may be lost
  private volatile int age;
  private volatile boolean wasCleared;
  private volatile boolean wantsToForget;
  private volatile boolean hasForgotten; // since the last halving

  /**
   * With secrets of its own.
   *
   * @param countsRows the tiers count bytes in different ways, so that a row counts for one
   * @param weights what a hit of a row saves for each byte, by its group, 0 for what is not known;
   *     null if that does not count
   */
  public Gate(boolean countsRows, @Nullable IntToDoubleFunction weights) {
    this(countsRows, weights, new SecureRandom()::nextLong);
  }

  Gate(boolean countsRows, @Nullable IntToDoubleFunction weights, LongSupplier secrets) {
    this.weights = weights;
    this.secret = secrets.getAsLong();
    this.otherSecret = secrets.getAsLong();
    this.countsRows = countsRows;
  }

  /** For one more tier of the stack. */
  public Holdings newTier() {
    return newTier(() -> false);
  }

  /**
   * For one more tier of the stack.
   *
   * @param isOff true from when it serves nothing any more
   */
  public Holdings newTier(BooleanSupplier isOff) {
    return held.add(isOff);
  }

  /** Rows of the stack to ask for, at times. Before the tiers are used. */
  public void add(Residents some) {
    residents.add(some);
  }

  /** True if all rows are let in for now. */
  public boolean isOpen() {
    return duel.isOpen();
  }

  /** How often all frequencies were halved. */
  public int age() {
    return age;
  }

  long hash(TensorKey key) {
    return mix(key.hi() ^ secret) ^ mix(key.lo() + otherSecret);
  }

  /** The finalizer of MurmurHash3 (A. Appleby), with which each bit changes half of the others. */
  static long mix(long bits) {
    long a = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
    long b = (a ^ a >>> 33) * 0xc4ceb9fe1a85ec53L;
    return b ^ b >>> 33;
  }

  /** What a row counts for. */
  long size(long byteCount) {
    return countsRows ? 1 : byteCount;
  }

  /** A row was asked for that is held where nothing is noted of it; returns how often lately. */
  public int foundAndCounted(TensorKey key, long byteCount, int group) {
    int frequency = sketch.increment(hash(key));
    found(key, byteCount, frequency, group);
    return frequency;
  }

  /**
   * A row was asked for that is held.
   *
   * @param frequency how often lately, with this time
   * @param group of the row
   */
  public void found(TensorKey key, long byteCount, int frequency, int group) {
    if (!held.isFull()) {
      return; // nothing has to go, and nothing is to be compared
    }
    long hash = hash(key);
    if (duel.isSampled(hash)) {
      tick();
      duel(hash, byteCount, worth(frequency, group), true);
    }
  }

  /**
   * A row was asked for that is not held. Without a lock.
   *
   * @return how often it was asked for lately, with this time
   */
  public int missed(TensorKey key, long byteCount, int group) {
    long hash = hash(key);
    int frequency = sketch.increment(hash);
    if (duel.isSampled(hash)) {
      tick();
      duel(hash, byteCount, worth(frequency, group), false);
    }
    if (duel.wantsSample()) {
      start();
    }
    if (sketch.isTooSmallFor(held.rows())) {
      grow();
    }
    return frequency;
  }

  private void duel(long hash, long byteCount, Worth worth, boolean isHit) {
    try {
      if (lock.tryLock()) {
        if (wasCleared) {
          wasCleared = false;
          duel.forget();
        }
        duel.asked(
            new Shadow.Look(hash, size(byteCount), worth, age), byteCount * worth.weight(), isHit);
      }
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    Sample sample = new Sample(this, duel.level());
    residents.forEach(some -> some.addTo(sample));
    try {
      if (lock.tryLock()) {
        duel.start(sample);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a row that was asked for so often may claim. After frequencies were forgotten a row that
   * nobody asked for since goes for any other.
   */
  public Worth claim(int frequency, int group) {
    return worth(hasForgotten ? Math.max(frequency, Worth.MARGIN + 1) : frequency, group);
  }

  /** True if it counts what functions take. */
  public boolean isWeighed() {
    return weights != null;
  }

  /** What a row of a group is worth that was asked for so often lately. */
  public Worth worth(int frequency, int group) {
    return new Worth(frequency, weights == null ? 0 : weights.applyAsDouble(group));
  }

  /**
   * So many of the rows that are held were replaced by others under new keys. If they are many, all
   * frequencies are forgotten, but not more than once in as many look-ups as rows are held.
   */
  public void replaced(long rows) {
    if (rows > 0 && rows * SHARE_REPLACED >= held.rows()) {
      wantsToForget = true;
    }
  }

  /** How often a row that is not held was asked for lately. */
  public int frequency(TensorKey key) {
    return sketch.frequency(hash(key));
  }

  /** A tier holds a row from now on. */
  public void entered(Holdings tier, TensorKey key, long byteCount) {
    tier.add(hash(key), size(byteCount), 1);
  }

  /** A tier does not hold a row any more. */
  public void left(Holdings tier, TensorKey key, long byteCount) {
    tier.add(hash(key), -size(byteCount), -1);
  }

  /** Keeps in mind how often a row was asked for. */
  public void remember(TensorKey key, int frequency) {
    sketch.raise(hash(key), frequency);
  }

  /** After it left: nobody has it any more, whatever the policy. */
  public void removed(TensorKey key) {
    long hash = hash(key);
    if (duel.isSampled(hash)) {
      try {
        if (lock.tryLock()) {
          duel.removed(hash);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** A row found no room, unless others go for it. */
  public void foundNoRoom() {
    held.setFull(true);
  }

  /** A tier counts anew what it holds. */
  public void emptied(Holdings tier) {
    tier.clear();
  }

  /** A tier holds nothing any more. */
  public void cleared(Holdings tier) {
    tier.clear();
    held.setFull(false);
    wasCleared = true;
  }

  private void tick() {
    lookups.setOpaque(lookups.getOpaque() + (1L << duel.level()));
    if (isTimeToForget()) {
      forget();
    } else if (isTimeToHalve()) {
      halve();
    }
  }

  private boolean isTimeToForget() {
    return wantsToForget && lookups.getOpaque() >= held.rows();
  }

  private void forget() {
    try {
      if (lock.tryLock() && isTimeToForget()) {
        wantsToForget = false;
        lookups.setOpaque(0);
        sketch.forget();
        age += HALVINGS_TO_FORGET;
        hasForgotten = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isTimeToHalve() {
    return lookups.getOpaque() >= LOOKUPS_A_ROW * Math.max(FEWEST_ROWS, held.rows());
  }

  private void halve() {
    try {
      if (lock.tryLock() && isTimeToHalve()) {
        lookups.setOpaque(lookups.getOpaque() / 2);
        sketch.halve();
        age++;
        hasForgotten = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private void grow() {
    try {
      if (lock.tryLock() && sketch.isTooSmallFor(held.rows())) {
        sketch.grow();
      }
    } finally {
      lock.unlock();
    }
  }
}
