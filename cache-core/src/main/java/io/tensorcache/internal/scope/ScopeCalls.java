package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.rows.FunctionDepth;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.RemovalCause;
import org.jspecify.annotations.Nullable;

/**
 * What a program asks of the entries of one scope: look-ups, computations, values put and taken.
 * Holds no lock while a computation runs. Safe for use by several threads.
 */
public final class ScopeCalls {
  private static final Terms NO_TERMS = Terms.of(CacheLevel.NORMAL);

  private final ScopeState<?> scope;
  private final Scopes scopes;
  private final EntryTable table;
  private final ScopeValues values;

  ScopeCalls(ScopeState<?> scope, EntryTable table, ScopeValues values) {
    this.scope = scope;
    this.scopes = scope.scopes();
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
      value = lookElsewhere(type, entry);
    }
    if (value != null) {
      table.counts().hits.increment();
    }
    return value;
  }

  /** A copy, or a value from the store; or none: then the entry leaves. */
  private <V> @Nullable V lookElsewhere(ValueType<V> type, Entry first) {
    for (Entry entry = first; entry != null; entry = table.find(first.name())) {
      Object held = entry.held();
      V value = values.read(type, entry, held);
      if (value != null) {
        if (entry.isPersisting()) {
          values.rememberAgain(table, type, entry, value);
        }
        return value;
      }
      if (table.leave(entry, causeOfLoss(entry, held))) {
        return null;
      } // else another one has its place, or it left meanwhile
    }
    return null;
  }

  private static RemovalCause causeOfLoss(Entry entry, @Nullable Object held) {
    return entry.isCopy(held) ? RemovalCause.EVICTED : RemovalCause.COLLECTED;
  }

  /** The value of an entry in memory or in the store; null if it is in neither. */
  public <V> @Nullable V getIfPresent(ValueType<V> type, String name, Terms terms) {
    V value = lookUp(type, name);
    if (value == null) {
      scope.checkOpen();
      Names.check("entry", name);
      try {
        value = fromStore(type, name, terms);
        if (value == null) {
          scope.checkOpen(); // what is being closed seems empty
          table.counts().misses.increment();
        }
      } finally {
        tell();
      }
    }
    return value;
  }

  private <V> @Nullable V fromStore(ValueType<V> type, String name, Terms terms) {
    while (values.canPersist()) {
      try (Ticket ticket = table.begin(Ticket.Purpose.READ, name, terms.read(), null)) {
        V value = present(type, ticket);
        if (value != null || ticket.isValid()) {
          return value;
        } // else it was replaced while it was looked for
      }
    }
    return null;
  }

  /**
   * The value of an entry in memory or in the store, which counts as a hit. If there is none, and
   * the ticket is valid still, there was none.
   */
  private <V> @Nullable V present(ValueType<V> type, Ticket ticket) {
    V value = lookUp(type, ticket.name());
    if (value == null && values.canPersist()) {
      value = values.readPersisted(type, ticket.name());
      if (value != null) {
        table.counts().hits.increment();
        values.remember(table, type, ticket, value);
      }
    }
    return value;
  }

  public <V> V get(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = lookUp(type, name);
    return value == null ? compute(type, name, terms, computation) : value;
  }

  private <V> V compute(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    check(name, terms);
    boolean isShared = table.keeps(terms) || terms.persisting();
    Owner owner = new Owner();
    try {
      while (true) {
        table.expire(); // or it would join what is computed from a source whose time is over
        Flights.EntryFlight flight = start(owner, name, isShared);
        if (flight.isMine()) {
          V value = computeIfAbsent(type, name, terms, computation, flight);
          if (value != null) {
            return value;
          }
          continue;
        }
        Object handed = scopes.flights().await(flight);
        if (handed != null) {
          table.counts().hits.increment();
          return values.handedOut(type, name, handed);
        }
        isShared = flight.hasLanded(); // else: interrupted, or the other one hangs
      }
    } finally {
      owner.hasEnded = true; // first, as closing a flight may have needed memory or stack
      tell();
    }
  }

  private Flights.EntryFlight start(Owner owner, String name, boolean isShared) {
    String path = scope.path() + "/" + name;
    return scopes.flights().start(owner, table, path, name, isShared);
  }

  /**
   * It may have come between the first look-up and the start of the flight. Null if it was changed
   * while it was looked for in the store.
   */
  private <V> @Nullable V computeIfAbsent(
      ValueType<V> type,
      String name,
      Terms terms,
      Computation<V> computation,
      Flights.EntryFlight flight) {
    try (flight;
        Ticket ticket = table.begin(Ticket.Purpose.COMPUTE, name, terms, flight)) {
      V value = present(type, ticket);
      if (value != null || values.canPersist() && !ticket.isValid()) {
        return value;
      }
      table.counts().misses.increment();
      value = run(name, computation);
      if (table.keeps(terms)) {
        flight.land(values.store(table, type, ticket, value));
      }
      return value;
    }
  }

  @SuppressWarnings("ConstantValue") // the computation is the user's: it may return null
  private <V> V run(String name, Computation<V> computation) {
    LockCheck.entersUserCode("the computation of an entry");
    FunctionDepth depth = scopes.state().depth();
    int before = depth.now();
    V value;
    try {
      depth.enter();
      value = computation.compute();
    } catch (Throwable e) {
      throw ScopeCalls.<RuntimeException>unchecked(e);
    } finally {
      depth.returnTo(before);
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

  public <V> V overwrite(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    check(name, terms);
    Owner owner = new Owner();
    try (Flights.EntryFlight flight = start(owner, name, false);
        Ticket ticket = table.begin(Ticket.Purpose.OVERWRITE, name, terms, flight)) {
      V value = run(name, computation);
      values.store(table, type, ticket, value);
      return value;
    } finally {
      owner.hasEnded = true;
      tell();
    }
  }

  /** Runs a computation whose value nobody waits for. */
  private <V> V runAlone(String name, Terms terms, Computation<V> computation) {
    Owner owner = new Owner();
    try (Flights.EntryFlight flight = start(owner, name, false);
        Ticket ticket = table.begin(Ticket.Purpose.COMPUTE, name, terms, flight)) {
      return run(ticket.name(), computation);
    } finally {
      owner.hasEnded = true;
    }
  }

  /** What an entry holds now, which then leaves; null if it is not there. */
  public <V> @Nullable V take(ValueType<V> type, String name) {
    scope.checkOpen();
    Names.check("entry", name);
    try {
      V value = takeIfPresent(type, name);
      if (value == null) {
        scope.checkOpen(); // what is being closed seems empty
        table.counts().misses.increment();
      } else {
        table.counts().hits.increment();
      }
      return value;
    } finally {
      tell();
    }
  }

  private <V> @Nullable V takeIfPresent(ValueType<V> type, String name) {
    while (true) {
      try (Ticket look = look(name)) {
        Entry entry = table.find(name);
        if (entry != null) {
          Object held = entry.held();
          V value = values.read(type, entry, held);
          if (value == null) {
            table.leave(entry, causeOfLoss(entry, held));
          } else if (table.take(entry)) {
            return value;
          }
          continue; // another one has its place, or it left
        }
        V value = look == null ? null : values.readPersisted(type, name);
        if (look == null || value == null && look.isValid()) {
          return null;
        }
        if (value != null && values.changing(name, order -> table.takeStored(look, order))) {
          return value;
        }
      }
    }
  }

  /** Knows whether an entry changed since it was looked at in the store; null without a store. */
  private @Nullable Ticket look(String name) {
    return values.canPersist()
        ? table.begin(Ticket.Purpose.READ, name, NO_TERMS.read(), null)
        : null;
  }

  /** Takes the value, or else what is computed for this caller alone. */
  public <V> V take(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = take(type, name);
    if (value == null) {
      check(name, terms);
      value = runAlone(name, terms, computation);
    }
    return value;
  }

  public <V> void put(ValueType<V> type, String name, Terms terms, V value) {
    check(name, terms);
    try (Ticket ticket = table.begin(Ticket.Purpose.PUT, name, terms, null)) {
      values.store(table, type, ticket, value);
    } finally {
      tell();
    }
  }

  /** True if it was there, in memory or in the store, or was being computed. */
  public boolean remove(String name) {
    Names.check("entry", name);
    while (true) {
      try (Ticket look = look(name)) {
        boolean wasStored = values.isStored(name);
        Boolean wasThere = values.changing(name, order -> table.remove(name, look, order));
        if (wasThere != null) {
          return wasThere || wasStored;
        } // else it was changed while it was looked for
      }
    }
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
      throw scopes.state().hasNoStore(what);
    }
    if (terms.timeToLive() != null || !terms.sources().isEmpty()) {
      throw new IllegalStateException(
          what
              + "has a time to live or depends on other entries, which the store does not know"
              + " of: set timeToLive of the store, and put what it depends on into the fingerprint");
    }
  }

  private void tell() {
    scopes.tell();
  }
}
