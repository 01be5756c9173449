package io.tensorcache;

import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.scope.Flights;
import io.tensorcache.internal.scope.Removals;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The scopes of one cache. Safe for use by several threads. */
final class Scopes {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final CacheCore core;
  private final Flights flights;
  private final RankedLock lock = new RankedLock(Rank.SCOPES);
  private final Removals removals = new Removals();
  private final Map<String, ScopeState<?>> roots = new TreeMap<>(); // guarded by lock
  private final Map<Integer, ScopeState<?>> byNumber = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final long keyHi = new SecureRandom().nextLong();
  private final AtomicLong keys = new AtomicLong();

  Scopes(CacheCore core, Duration patience) {
    this.core = core;
    this.flights = new Flights(patience);
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
      core.inFlight().enterFunction();
      try {
        removals.tell();
      } finally {
        core.inFlight().leaveFunction();
      }
    }
  }

  <T> Scope<T> open(String name, TensorAdapter<T> adapter, ScopeBuilder<T> options) {
    Names.check("scope", name);
    lock.lock();
    try {
      core.checkOpen();
      ScopeState<?> open = roots.get(name);
      if (open != null) {
        return ScopeState.same(open, adapter, options);
      }
      ScopeSettings settings = options.over(ScopeSettings.defaults(core.config().level()));
      ScopeState<T> state = new ScopeState<>(core, null, List.of(name), adapter, settings);
      roots.put(name, state);
      return new Scope<>(state);
    } finally {
      lock.unlock();
    }
  }

  /** A number that stands for a scope in the rows it keeps; functions have positive ones. */
  int register(ScopeState<?> state) {
    int number = numbers.decrementAndGet();
    byNumber.put(number, state);
    return number;
  }

  /** A scope was closed. */
  void closed(ScopeState<?> state) {
    byNumber.remove(state.number());
    lock.lock();
    try {
      roots.remove(state.name(), state);
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
  void evicted(TensorKey key, int number) {
    ScopeState<?> state = byNumber.get(number);
    if (state != null) {
      state.rowEvicted(key);
      tell();
    }
  }

  /** What all that are open did. */
  ScopeStats stats() {
    List<ScopeStats> all = new ArrayList<>();
    forEachRoot(state -> add(state, all));
    return new ScopeStats(
        all.stream().mapToLong(ScopeStats::hits).sum(),
        all.stream().mapToLong(ScopeStats::misses).sum(),
        all.stream().mapToLong(ScopeStats::evictions).sum(),
        all.stream().mapToLong(ScopeStats::collected).sum(),
        all.stream().mapToLong(ScopeStats::entries).sum(),
        all.stream().mapToLong(ScopeStats::bytes).sum(),
        all.stream().mapToLong(ScopeStats::listenerFailures).sum());
  }

  private static void add(ScopeState<?> state, List<ScopeStats> all) {
    all.add(state.stats());
    state.children().forEach(child -> add(child, all));
  }

  void reset(boolean persisting) {
    forEachRoot(state -> state.reset(persisting, true, java.util.Set.of()));
  }

  void close() {
    forEachRoot(state -> state.close(false));
  }

  private void forEachRoot(Consumer<ScopeState<?>> action) {
    List<ScopeState<?>> all;
    lock.lock();
    try {
      all = List.copyOf(roots.values());
    } finally {
      lock.unlock();
    }
    all.forEach(action);
  }
}
