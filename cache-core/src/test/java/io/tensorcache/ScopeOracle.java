package io.tensorcache;

import io.tensorcache.tensor.HostTensor;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Knows what a call on a scope may return, by what returned before it began. Of each root, a name
 * whose value the program says, it counts versions: one is issued before a change begins, and is
 * the floor when the change has returned. A value says the version of its root that it was computed
 * from; the version must not be below the floor that its reader saw before it asked. A value has a
 * number of its own too, so that one that was taken is known if it comes again.
 */
final class ScopeOracle {
  private static final int VERSION = 0;
  private static final int SERIAL = 1;
  private static final int ENDS = 2;
  private static final int ROOT = 3;

  final AtomicLong nowMillis = new AtomicLong();
  final AtomicLong checked = new AtomicLong();
  final AtomicLong found = new AtomicLong();
  final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLongArray issued;
  private final AtomicLongArray floors;
  private final ReentrantLock[] changing;
  private final ReadWriteLock clock = new ReentrantReadWriteLock();
  private final AtomicLong serials = new AtomicLong();
  private final ConcurrentMap<Long, Long> taken = new ConcurrentHashMap<>();

  ScopeOracle(int roots) {
    issued = new AtomicLongArray(roots);
    floors = new AtomicLongArray(roots);
    changing = new ReentrantLock[roots];
    for (int i = 0; i < roots; i++) {
      changing[i] = new ReentrantLock();
    }
  }

  /** What a reader knows before it asks. */
  record Look(int root, long floor, long nanos, long millis) {}

  Look look(int root) {
    return new Look(root, floors.get(root), System.nanoTime(), nowMillis.get());
  }

  /** A value of a root as it is now, computed or given. */
  HostTensor value(int root) {
    return value(root, issued.get(root), Long.MAX_VALUE);
  }

  private HostTensor value(int root, long version, long ends) {
    return HostTensor.ofLongs(new long[] {version, serials.incrementAndGet(), ends, root}, 4);
  }

  /** A value computed from another one; from the root itself if that is not there. */
  HostTensor from(int root, @Nullable HostTensor source) {
    if (source == null) {
      return value(root);
    }
    long[] of = source.longs();
    return value(root, of[VERSION], of[ENDS]);
  }

  /** One change of a root at a time; those of others, and all reading, go on. */
  interface Change {
    void make(HostTensor value);
  }

  /** A change that leaves another value, or none. */
  void change(int root, Change change) {
    changing[root].lock();
    try {
      long version = issued.incrementAndGet(root);
      change.make(value(root, version, Long.MAX_VALUE));
      floors.set(root, version);
    } finally {
      changing[root].unlock();
    }
  }

  /** The same for a value that ends: no time passes meanwhile. */
  void changeForMillis(int root, long millis, Change change) {
    clock.readLock().lock();
    try {
      long ends = nowMillis.get() + millis;
      change(root, value -> change.make(value(root, value.longs()[VERSION], ends)));
    } finally {
      clock.readLock().unlock();
    }
  }

  /** A change of every root at once. */
  void changeAll(Runnable change) {
    for (ReentrantLock lock : changing) {
      lock.lock();
    }
    try {
      long[] versions = new long[changing.length];
      for (int i = 0; i < versions.length; i++) {
        versions[i] = issued.incrementAndGet(i);
      }
      change.run();
      for (int i = 0; i < versions.length; i++) {
        floors.set(i, versions[i]);
      }
    } finally {
      for (ReentrantLock lock : changing) {
        lock.unlock();
      }
    }
  }

  void pass(long millis) {
    clock.writeLock().lock();
    try {
      nowMillis.addAndGet(millis);
    } finally {
      clock.writeLock().unlock();
    }
  }

  /** What was returned must be right for who looked before. */
  void check(Look look, String call, @Nullable HostTensor got) {
    checked.incrementAndGet();
    if (got == null) {
      return;
    }
    found.incrementAndGet();
    long[] value = got.longs();
    Long takenAt = taken.get(value[SERIAL]);
    if (value[ROOT] != look.root) {
      wrong.add(call + ": a value of root " + value[ROOT] + " for " + look);
    } else if (value[VERSION] < look.floor || value[VERSION] > issued.get(look.root)) {
      wrong.add(call + ": version " + value[VERSION] + " for " + look);
    } else if (value[ENDS] <= look.millis) {
      wrong.add(call + ": ended at " + value[ENDS] + " for " + look);
    } else if (takenAt != null && takenAt < look.nanos) {
      wrong.add(call + ": was taken before, " + look);
    }
  }

  /** The same for one that left by being taken: nobody else may take it. */
  void checkTaken(Look look, String call, @Nullable HostTensor got) {
    check(look, call, got);
    if (got != null && taken.putIfAbsent(got.longs()[SERIAL], System.nanoTime()) != null) {
      wrong.add(call + ": taken twice, " + look);
    }
  }

  /** The version that a later program must find, after the last change. */
  long version(int root) {
    return floors.get(root);
  }

  static long versionOf(HostTensor value) {
    return value.longs()[VERSION];
  }

  static long serialOf(HostTensor value) {
    return value.longs()[SERIAL];
  }

  boolean wasTaken(HostTensor value) {
    return taken.containsKey(serialOf(value));
  }
}
