package io.tensorcache.internal.gate;

import org.jspecify.annotations.Nullable;

/**
 * Whether rows are better let in by how often they are asked for, or all of them. Of a sample of
 * the keys it is followed what a cache that lets all in would have served. While that is more than
 * the tiers serve, the gate is open; it closes again when a cache with a gate would have served
 * clearly more. Guarded by the lock of the {@link Gate}; what others ask is volatile.
 */
final class Duel {
  /** A level of the sample is left when so many rows remain in the next one. */
  private static final long ENOUGH_ROWS = 512;

  /** It takes so much more to close the gate than to open it. */
  private static final int TO_CLOSE = 8;

  /** Of which the mean is taken of what is saved. */
  private static final int HITS_OF_MEAN = 256;

  /** No hit counts for more than so many: it could be the one that decides. */
  private static final double MOST_SHARE = 8;

  private final AllHoldings held;
  private Shadow all = new Shadow(false);

  /** Null unless the gate is open and it is known what the tiers held. */
  private @Nullable Shadow gated;

  private volatile boolean wantsSample;

  private final Score score = new Score();

  /** Of what a hit saves, over the last look-ups; 0 where that is not weighed. */
  private double meanSaved;

  private volatile int level;
  private volatile boolean isOpen;

  Duel(AllHoldings held) {
    this.held = held;
  }

  boolean isOpen() {
    return isOpen;
  }

  /** True if the key is one of those that are followed. */
  boolean isSampled(long hash) {
    return (hash >>> 24 & (1L << level) - 1) == 0;
  }

  int level() {
    return level;
  }

  /** True until {@link #start} is told what the tiers hold. */
  boolean wantsSample() {
    return wantsSample;
  }

  /** The rows from which a cache with a gate goes on. */
  void start(Sample sample) {
    if (wantsSample && sample.level() == level) {
      Shadow shadow = new Shadow(true);
      sample.fill(shadow, held.bound(level));
      gated = shadow;
      wantsSample = false;
    }
  }

  /**
   * A row of the sample was asked for, which the tiers had or had not.
   *
   * @param saved what a hit of it saves; 0 if that is not known
   */
  void asked(Shadow.Look look, double saved, boolean isHit) {
    fitLevel();
    if (!isSampled(look.hash())) {
      return;
    }
    double share = share(saved);
    long bound = held.bound(level);
    boolean isInAll = all.ask(look, bound);
    if (!isOpen) {
      score.count(isHit, isInAll, share);
      score.keepBelow(limit());
      if (score.isForAll(limit())) {
        isOpen = true;
        begin();
      }
    } else if (gated != null) {
      score.count(gated.ask(look, bound), isHit, share);
      if (score.isForGate(TO_CLOSE * limit())) {
        isOpen = false;
        gated = null;
        score.set(limit());
      } else if (score.isForAll(limit())) {
        begin(); // with what the tiers hold now
      }
    }
  }

  private void begin() {
    gated = null;
    wantsSample = isOpen;
    score.set(0);
  }

  /** What a hit saves beside the mean. */
  private double share(double saved) {
    if (saved == 0) {
      return 1;
    }
    meanSaved = meanSaved == 0 ? saved : meanSaved + (saved - meanSaved) / HITS_OF_MEAN;
    return Math.min(saved / meanSaved, MOST_SHARE);
  }

  private long limit() {
    return Score.limit(held.rows() >> level);
  }

  /** A user removed a row. */
  void removed(long hash) {
    all.remove(hash);
    if (gated != null) {
      gated.remove(hash);
    }
  }

  /** Takes fewer keys as there are more rows. */
  private void fitLevel() {
    long rows = held.rows() >> level;
    if (!held.isFull() && all.count() > 2 * (rows + ENOUGH_ROWS)) {
      forget(); // users removed most of it while others had the lock
    }
    if (level < Holdings.TOP_LEVEL && rows >> 1 >= ENOUGH_ROWS) {
      level++;
      all.keepLevel(level);
      if (gated != null) {
        gated.keepLevel(level);
      }
    } else if (level > 0 && rows < ENOUGH_ROWS / 2) {
      level--;
      forget();
    }
  }

  /** The tiers were cleared, or the sample has other keys. */
  void forget() {
    all = new Shadow(false);
    begin();
  }
}
