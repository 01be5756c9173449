package io.tensorcache;

import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.scope.Entry;
import io.tensorcache.internal.scope.EntryTable;
import io.tensorcache.internal.scope.Flights;
import io.tensorcache.internal.scope.Freshness;
import io.tensorcache.internal.scope.Terms;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.RemovalCause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program asks of the entries of one scope: look-ups, computations, values put and taken.
 * Holds no lock while a computation runs. Safe for use by several threads.
 */
final class ScopeCalls {
  private final ScopeState<?> scope;
  private final CacheCore core;
  private final EntryTable table;
  private final ScopeValues values;

  ScopeCalls(ScopeState<?> scope, EntryTable table, ScopeValues values) {
    this.scope = scope;
    this.core = scope.core();
    this.table = table;
    this.values = values;
  }

  /** The value of an entry, which counts as a hit; null if it is not there. */
  private <V> @Nullable V lookUp(ValueType<V> type, String name) {
    Entry entry = table.find(name);
    if (entry == null) {
      return null;
    }
    Object held = entry.held();
    V value = held == null ? null : entry.as(type, held);
    if (value == null || !type.isUsable(value)) {
      value = readElsewhere(type, entry, held);
    }
    if (value != null) {
      table.counts().hits.increment();
    }
    return value;
  }

  /** A copy, or a value from the store; or none: then the entry leaves. */
  private <V> @Nullable V readElsewhere(ValueType<V> type, Entry entry, @Nullable Object held) {
    V value = values.read(type, entry, held);
    if (value == null) {
      table.leave(entry, entry.isCopy(held) ? RemovalCause.EVICTED : RemovalCause.COLLECTED);
    } else if (entry.isPersisting()) {
      values.rememberAgain(table, type, entry, value);
    }
    return value;
  }

  /** The value of an entry in memory or in the store; null if it is in neither. */
  <V> @Nullable V getIfPresent(ValueType<V> type, String name, Terms terms) {
    V value = lookUp(type, name);
    if (value == null) {
      scope.checkOpen();
      Names.check("entry", name);
      value = fromStore(type, name, asPersisting(terms));
      if (value == null) {
        table.counts().misses.increment();
      }
      tell();
    }
    return value;
  }

  private static Terms asPersisting(Terms terms) {
    return new Terms(terms.level(), true, terms.forced(), null, terms.group(), List.of());
  }

  /** A value that this process has not read yet, which counts as a hit; null if it is not there. */
  private <V> @Nullable V fromStore(ValueType<V> type, String name, Terms terms) {
    long removals = table.removals();
    V value = values.readPersisted(type, name);
    if (value != null) {
      table.counts().hits.increment();
      values.remember(table, type, name, terms, value, removals);
    }
    return value;
  }

  <V> V get(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = lookUp(type, name);
    return value == null ? compute(type, name, terms, computation) : value;
  }

  private <V> V compute(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    check(name, terms);
    boolean isShared = table.keeps(terms) || terms.persisting();
    try {
      while (true) {
        Flights.Flight flight = start(name, isShared);
        if (flight.isMine()) {
          try (flight) {
            return computeIfAbsent(type, name, terms, computation, flight);
          }
        }
        Object handed = core.scopes().flights().await(flight);
        if (handed != null) {
          table.counts().hits.increment();
          return values.handedOut(type, name, handed);
        }
        isShared = flight.hasLanded(); // else: interrupted, or the other one hangs
      }
    } finally {
      tell();
    }
  }

  private Flights.Flight start(String name, boolean isShared) {
    return core.scopes().flights().start(table, scope.path() + "/" + name, name, isShared);
  }

  /** It may have come between the first look-up and the start of the flight. */
  private <V> V computeIfAbsent(
      ValueType<V> type,
      String name,
      Terms terms,
      Computation<V> computation,
      Flights.Flight flight) {
    V value = lookUp(type, name);
    if (value == null && terms.persisting()) {
      value = fromStore(type, name, terms);
    }
    if (value != null) {
      return value;
    }
    table.counts().misses.increment();
    Freshness freshness = freshness(flight, name, terms);
    value = run(name, computation);
    if (table.keeps(terms)) {
      flight.land(values.store(table, type, name, terms, value, freshness, false));
    }
    return value;
  }

  /** Valid while neither the entry nor what it is computed from was reset, removed or changed. */
  private Freshness freshness(Flights.Flight flight, String name, Terms terms) {
    flight.keptOn(terms);
    Freshness ofSources = table.freshness(name, terms.sources());
    return () -> ofSources.claim() && flight.keep();
  }

  @SuppressWarnings("ConstantValue") // the computation is the user's: it may return null
  private <V> V run(String name, Computation<V> computation) {
    core.inFlight().enterFunction();
    V value;
    try {
      value = computation.compute();
    } catch (Throwable e) {
      throw ScopeCalls.<RuntimeException>unchecked(e);
    } finally {
      core.inFlight().leaveFunction();
    }
    if (value == null) {
      throw new FunctionContractException(
          "the computation of entry \""
              + name
              + "\" of scope \""
              + scope.path()
              + "\" returned null; it must return a value, or throw");
    }
    return value;
  }

  /** What the computation threw, checked or not, is the caller's: no wrapper of ours hides it. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X unchecked(Throwable e) throws X {
    throw (X) e;
  }

  <V> V overwrite(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    check(name, terms);
    try (Flights.Flight flight = start(name, false)) {
      Freshness freshness = freshness(flight, name, terms);
      V value = run(name, computation);
      replace(type, name, terms, value, freshness);
      return value;
    } finally {
      tell();
    }
  }

  /** Runs a computation whose value nobody waits for. */
  private <V> V runAlone(String name, Computation<V> computation) {
    try (Flights.Flight flight = start(name, false)) {
      V value = run(name, computation);
      flight.land(null);
      return value;
    }
  }

  /** What an entry holds now, which then leaves; null if it is not there. */
  <V> @Nullable V take(ValueType<V> type, String name) {
    scope.checkOpen();
    Names.check("entry", name);
    try {
      for (Entry entry; (entry = table.find(name)) != null; ) {
        V value = values.read(type, entry, entry.held());
        boolean isMine = table.leave(entry, RemovalCause.REMOVED); // else another took it
        if (isMine && value != null) {
          table.counts().hits.increment();
          return value;
        }
      }
      V value = values.readPersisted(type, name);
      if (value != null && values.removePersisted(table, name)) {
        table.counts().hits.increment();
        return value;
      }
      return null;
    } finally {
      tell();
    }
  }

  /** The same, or else what is computed for this caller alone. */
  <V> V take(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = take(type, name);
    if (value == null) {
      check(name, terms);
      table.counts().misses.increment();
      value = runAlone(name, computation);
    }
    return value;
  }

  <V> void put(ValueType<V> type, String name, Terms terms, V value) {
    check(name, terms);
    try {
      replace(type, name, terms, value, table.freshness(name, terms.sources()));
    } finally {
      tell();
    }
  }

  private <V> void replace(
      ValueType<V> type, String name, Terms terms, V value, Freshness freshness) {
    if (values.store(table, type, name, terms, value, freshness, true) == null) {
      table.remove(name, RemovalCause.REPLACED); // a value that is not kept outdates one that is
      values.removePersisted(table, name);
    }
    table.changed(name, RemovalCause.REPLACED);
  }

  boolean remove(String name) {
    Names.check("entry", name);
    Flights.Outdated outdated =
        core.scopes().flights().outdate(table, (computing, terms) -> computing.equals(name));
    boolean wasThere = table.remove(name, RemovalCause.REMOVED);
    return values.removePersisted(table, name) || wasThere || outdated.computing() > 0;
  }

  private void check(String name, Terms terms) {
    scope.checkOpen();
    Names.check("entry", name);
    if (!terms.persisting()) {
      return;
    }
    String what = "entry \"" + name + "\" of scope \"" + scope.path() + "\" is persisting and ";
    if (scope.settings().fingerprint() == null) {
      throw new IllegalStateException(
          what
              + "the scope has no fingerprint: a name outlives what was computed under it, so say"
              + " what identifies the computation, by fingerprint(Fingerprint) on its builder");
    }
    if (!values.canPersist()) {
      throw new IllegalStateException(
          what
              + "cache \""
              + core.config().name()
              + "\" has no store: add store(store -> store.directory(path)) to its builder");
    }
    if (terms.timeToLive() != null || !terms.sources().isEmpty()) {
      throw new IllegalStateException(
          what
              + "has a time to live or depends on other entries, which the store does not know"
              + " of: set timeToLive of the store, and put what it depends on into the fingerprint");
    }
  }

  private void tell() {
    core.scopes().tell();
  }
}
