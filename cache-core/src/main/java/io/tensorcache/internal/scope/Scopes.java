package io.tensorcache.internal.scope;

import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.TensorKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The scopes of one cache. Safe for use by several threads. */
public final class Scopes {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final CacheState state;
  private final CacheRows rows;
  private final Flights flights;
  private final RankedLock lock = new RankedLock(Rank.SCOPES);
  private final Removals removals = new Removals();
  private final Map<String, ScopeState<?>> roots = new TreeMap<>(); // guarded by lock
  private final Map<Integer, ScopeState<?>> byNumber = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final long keyHi = new SecureRandom().nextLong();
  private final AtomicLong keys = new AtomicLong();

  public Scopes(CacheState state, CacheRows rows, Duration patience) {
    this.state = state;
    this.rows = rows;
    this.flights = new Flights(patience);
  }

  CacheState state() {
    return state;
  }

  /** Where copies and persisting entries lie. */
  CacheRows rows() {
    return rows;
  }

  Flights flights() {
    return flights;
  }

  Removals removals() {
    return removals;
  }

  /** Tells what left, unless this thread computes an entry that a listener may ask for. */
  void tell() {
    if (removals.isPending() && !flights.isRunning()) {
      LockCheck.entersUserCode("a listener of a scope");
      int before = state.depth().now();
      try {
        state.depth().enter();
        removals.tell();
      } finally {
        state.depth().returnTo(before);
      }
    }
  }

  /**
   * The scope of this name: opened now, or the one that is open.
   *
   * @throws IllegalStateException if it is open with other options or for another tensor type
   */
  public <T> ScopeState<T> open(
      String name, ValueTypes<T> types, UnaryOperator<ScopeSettings> options) {
    Names.check("scope", name);
    try {
      lock.lock();
      state.checkOpen();
      ScopeState<?> open = roots.get(name);
      if (open != null) {
        return ScopeState.same(open, types, options);
      }
      ScopeSettings settings = options.apply(ScopeSettings.defaults(state.config().level()));
      ScopeState<T> opened = new ScopeState<>(this, null, List.of(name), types, settings);
      roots.put(name, opened);
      return opened;
    } finally {
      lock.unlock();
    }
  }

  /** A number that stands for a scope in the rows it keeps; functions have positive ones. */
  int register(ScopeState<?> scope) {
    int number = numbers.decrementAndGet();
    byNumber.put(number, scope);
    return number;
  }

  /** A scope was closed. */
  void closed(ScopeState<?> scope) {
    byNumber.remove(scope.number());
    try {
      lock.lock();
      roots.remove(scope.name(), scope);
    } finally {
      lock.unlock();
    }
  }

  /** A key for a copy in memory that no other row has. */
  TensorKey newKey() {
    long lo = keys.incrementAndGet() * GOLDEN;
    lo = (lo ^ lo >>> 32) * 0xD6E8FEB86659FD93L;
    return new TensorKey(keyHi, lo ^ lo >>> 32);
  }

  /** A tier dropped a copy to make room. */
  public void evicted(TensorKey key, int number) {
    ScopeState<?> scope = byNumber.get(number);
    if (scope != null) {
      scope.rowEvicted(key);
      tell();
    }
  }

  /** What all that are open did. */
  public ScopeStats stats() {
    List<ScopeStats> all = new ArrayList<>();
    forEachRoot(scope -> add(scope, all));
    return new ScopeStats(
        all.stream().mapToLong(ScopeStats::hits).sum(),
        all.stream().mapToLong(ScopeStats::misses).sum(),
        all.stream().mapToLong(ScopeStats::evictions).sum(),
        all.stream().mapToLong(ScopeStats::collected).sum(),
        all.stream().mapToLong(ScopeStats::entries).sum(),
        all.stream().mapToLong(ScopeStats::bytes).sum(),
        all.stream().mapToLong(ScopeStats::listenerFailures).sum());
  }

  private static void add(ScopeState<?> scope, List<ScopeStats> all) {
    all.add(scope.stats());
    scope.children().forEach(child -> add(child, all));
  }

  public void reset(boolean persisting) {
    forEachRoot(scope -> scope.reset(persisting, true, Set.of()));
  }

  public void close() {
    forEachRoot(scope -> scope.close(false));
  }

  private void forEachRoot(Consumer<ScopeState<?>> action) {
    List<ScopeState<?>> all;
    try {
      lock.lock();
      all = List.copyOf(roots.values());
    } finally {
      lock.unlock();
    }
    all.forEach(action);
  }
}
