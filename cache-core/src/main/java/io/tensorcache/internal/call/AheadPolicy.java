package io.tensorcache.internal.call;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.Arrays;

/**
 * Whether reading ahead pays for the rows of one function, or calling other threads to copy them,
 * found by trying both and by measuring again now and then. A batch that is read ahead is copied
 * once more and takes a core, so it pays where a call would wait for the disk, and not where the
 * operating system holds the files in memory. Safe for use by several threads.
 */
public final class AheadPolicy {
  /** So many batches of a kind are measured in a row; the median counts. */
  static final int TRIAL = 3;

  static final int SHORTEST_INTERVAL = 32;
  static final int LONGEST_INTERVAL = 256;

  /** Loaded cores blur times: a third must be saved by reading ahead. */
  private static final double AHEAD = 2.0 / 3;

  /** Two threads copy no more than 1.3 to 1.7 times as fast as one. */
  private static final double SHARED = 0.85;

  private final double worth; // beside the time without
  private final RankedLock lock = new RankedLock(Rank.AHEAD_POLICY);

  /** Guarded by lock, as all that follows. */
  private final Samples ahead = new Samples();

  private final Samples direct = new Samples();
  private boolean isBest = true;
  private boolean isTried = true;
  private int trials = 2;
  private int left = TRIAL;
  private int interval = SHORTEST_INTERVAL;
  private volatile boolean isAsked;

  private AheadPolicy(double worth) {
    this.worth = worth;
  }

  /** For batches that may be read ahead. */
  public static AheadPolicy ofReadingAhead() {
    return new AheadPolicy(AHEAD);
  }

  /** For batches that other threads may help to copy: "ahead" is with their help. */
  static AheadPolicy ofSharing() {
    return new AheadPolicy(SHARED);
  }

  /** True if the next batch is to be read ahead. */
  public boolean next() {
    try {
      lock.lock();
      isAsked = true;
      if (left == 0) {
        endPhase();
      }
      left--;
      if (trials > 0) {
        return isTried;
      }
      if (best() != isBest) { // it shows before the next trial
        isBest = !isBest;
        interval = SHORTEST_INTERVAL;
      }
      return isBest;
    } finally {
      lock.unlock();
    }
  }

  private void endPhase() {
    if (trials > 1) {
      trials = 1;
      isTried = !isTried;
      left = TRIAL;
    } else if (trials == 1) {
      trials = 0;
      boolean best = best();
      interval = best == isBest ? interval : SHORTEST_INTERVAL;
      isBest = best;
      left = interval;
      interval = Math.min(LONGEST_INTERVAL, 2 * interval);
    } else {
      trials = 1;
      isTried = !isBest;
      (isTried ? ahead : direct).clear();
      left = TRIAL;
    }
  }

  /** What is not measured stays as it is. */
  private boolean best() {
    return ahead.isEmpty() || direct.isEmpty() ? isBest : ahead.median() < worth * direct.median();
  }

  /** True if times are of use: somebody wants to read ahead. */
  boolean isAsked() {
    return isAsked;
  }

  /** What a row took that was read ahead, in all threads, waiting for the disk excluded. */
  void readAhead(double nanosPerRow) {
    try {
      lock.lock();
      ahead.add(nanosPerRow);
    } finally {
      lock.unlock();
    }
  }

  /** What a row took that the call read itself. */
  void readDirectly(double nanosPerRow) {
    try {
      lock.lock();
      direct.add(nanosPerRow);
    } finally {
      lock.unlock();
    }
  }

  /** The last few times. */
  private static final class Samples {
    private final double[] last = new double[TRIAL];
    private int count;

    void add(double nanos) {
      last[count++ % TRIAL] = nanos;
    }

    void clear() {
      count = 0;
    }

    boolean isEmpty() {
      return count == 0;
    }

    double median() {
      double[] sorted = Arrays.copyOf(last, Math.min(count, TRIAL));
      Arrays.sort(sorted);
      return sorted[sorted.length / 2];
    }
  }
}
