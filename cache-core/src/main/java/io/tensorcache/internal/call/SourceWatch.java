package io.tensorcache.internal.call;

import io.tensorcache.config.Recheck;
import io.tensorcache.error.LateChangeException;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the source of one cached function: which fingerprint holds, whether rows may be stored,
 * and which rows to take back after a change that was noticed late. Safe for use by several
 * threads.
 *
 * <pre>
 * look ── keys ── compute ── isStill ── storing ── (rows are stored) ── stored
 *  │                            │          │                              │
 *  fingerprint, changes         same?      remember the keys              changed meanwhile? drop
 * </pre>
 */
public final class SourceWatch {
  private static final Logger log = LoggerFactory.getLogger(SourceWatch.class);

  private final CacheState state;
  private final FunctionState function;
  private final WatchedSource source;
  private final Recheck recheck;
  private final AtomicLong calls = new AtomicLong();
  private final RecentRows recent = new RecentRows();
  private final RankedLock late = new RankedLock(Rank.LATE_CHANGE);
  private volatile long lateSeen; // written under late
  private long untoldSeen; // guarded by late

  /** What held at the begin of a call. */
  record Look(ComputationDigest fingerprint, long changes) {}

  public SourceWatch(
      CacheState state, FunctionState function, WatchedSource source, Recheck recheck) {
    this.state = state;
    this.function = function;
    this.source = source;
    this.recheck = recheck;
    Sightings seen = source.sightings(); // of others, who used the source before
    this.lateSeen = seen.lateChanges();
    this.untoldSeen = seen.untold();
  }

  /** At the begin of a call. */
  Look look() {
    long every = recheck.calls();
    boolean whole = every > 0 && calls.getAndIncrement() % every == 0;
    return settled(whole ? source.recheck() : source.current());
  }

  /** Reads everything again; whether nothing had changed. */
  public boolean recheck() {
    long before = source.sightings().changes();
    return settled(source.recheck()).changes() == before;
  }

  private Look settled(ComputationDigest fingerprint) {
    Sightings seen = source.sightings();
    if (seen.lateChanges() != lateSeen) {
      takeBack(seen);
    }
    recent.confirm(seen.firstUnconfirmed());
    return new Look(fingerprint, seen.changes());
  }

  /**
   * After something was computed: whether nothing changed since, so that its rows belong to the
   * keys.
   */
  boolean isStill(Look before) {
    ComputationDigest now = recheck.calls() == 1 ? source.recheck() : source.current();
    Look after = settled(now);
    return now.equals(before.fingerprint()) && after.changes() == before.changes();
  }

  /** Rows of these keys are about to be stored. */
  void storing(Group group, BatchKeys keys, RowList rows) {
    Sightings seen = source.sightings();
    if (!seen.isUnconfirmed()) {
      return;
    }
    List<TensorKey> stored = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      stored.add(keys.key(rows.get(i)));
    }
    if (recent.add(new RecentRows.Stored(seen.looks(), group, stored))) {
      settled(source.recheck()); // confirms them all: what is remembered is bounded
    }
  }

  /** They are stored. A change that another thread noticed meanwhile did not find them all. */
  void stored(Look before, Group group, BatchKeys keys, RowList rows) {
    if (source.sightings().changes() == before.changes()) {
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      function.places().drop(keys.key(rows.get(i)), group);
    }
  }

  /**
   * Drops the rows that may be another computation's. Who looks meanwhile waits for it; the
   * listener is told when nobody does any more.
   */
  private void takeBack(Sightings seen) {
    state.tellAfter(() -> takeBackOnce(seen));
  }

  private void takeBackOnce(Sightings seen) {
    try {
      late.lock();
      if (seen.lateChanges() <= lateSeen) {
        return;
      }
      int dropped = dropRecent();
      boolean isTold = seen.lateChanges() - lateSeen > seen.untold() - untoldSeen;
      if (isTold) {
        state.failed(lateChange(seen, dropped));
      }
      lateSeen = seen.lateChanges();
      untoldSeen = seen.untold();
    } finally {
      late.unlock();
    }
  }

  /** Each is forgotten when it is dropped: if memory runs out, the next look goes on. */
  private int dropRecent() {
    int dropped = 0;
    for (RecentRows.Stored stored; (stored = recent.first()) != null; recent.forget(stored)) {
      for (TensorKey key : stored.keys()) {
        function.places().drop(key, stored.group());
      }
      dropped += stored.keys().size();
    }
    return dropped;
  }

  private LateChangeException lateChange(Sightings seen, int dropped) {
    LateChangeException change =
        new LateChangeException(
            "function \""
                + function.name()
                + "\": "
                + seen.lastLate()
                + "; "
                + dropped
                + " rows stored since it was last seen right are dropped. To notice such a write at once call recheck() after it,"
                + " or set recheck(Recheck.EVERY_CALL)");
    log.warn("cache {}: {}", state.config().name(), change.getMessage());
    return change;
  }

  public void release() {
    source.release();
  }
}
