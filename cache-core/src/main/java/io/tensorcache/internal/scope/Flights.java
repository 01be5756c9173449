package io.tensorcache.internal.scope;

import io.tensorcache.internal.flight.Flight;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.internal.flight.UnderWay;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are being computed now, and by whom, so that an entry is computed once. An entry
 * that asks for itself, by way of other entries and other threads too, is found out before anyone
 * waits. What cannot be seen, a computation that starts a thread and waits for it, is ended by
 * patience. Safe for use by several threads.
 */
public final class Flights {
  private final Duration patience;
  private final UnderWay<Key, EntryFlight> flights = new UnderWay<>();

  /** The innermost flight of each thread that runs one. */
  private final ConcurrentHashMap<Thread, EntryFlight> running = new ConcurrentHashMap<>();

  private final RankedLock lock = new RankedLock(Rank.SCOPE_FLIGHTS);

  /** What each waiting thread waits for. Guarded by lock. */
  private final Map<Thread, Wait> waiting = new HashMap<>();

  /**
   * @param patience how long a thread waits for one that is itself waiting
   */
  public Flights(Duration patience) {
    this.patience = patience;
  }

  /** An entry of a scope; a scope is who it is. */
  private record Key(Object scope, String name) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key that && scope == that.scope && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(scope) + name.hashCode();
    }
  }

  /** Of one thread for one flight. */
  private static final class Wait {
    private final EntryFlight flight;

    /** Set without a call, as it may not be possible to remove this. */
    private volatile boolean isOver;

    Wait(EntryFlight flight) {
      this.flight = flight;
    }
  }

  /** One computation under way. */
  public final class EntryFlight extends Flight<Object> implements AutoCloseable {
    private final Key key;
    private final String path;
    private final @Nullable EntryFlight outer;

    private EntryFlight(Key key, String path, Owner owner) {
      super(owner);
      this.key = key;
      this.path = path;
      this.outer = innermost(owner.thread());
    }

    /** Who asks from now on does not wait for it. */
    void abandon() {
      flights.remove(key, this);
    }

    /** True if this thread is to compute it and then to close this. */
    public boolean isMine() {
      return owner().thread() == Thread.currentThread();
    }

    /** Hands what was computed to who waits for it; null if there is nothing to hand out. */
    public void land(@Nullable Object value) {
      try {
        abandon();
      } finally {
        complete(value);
      }
    }

    /** Ends it, with nothing unless it has landed. */
    @Override
    public void close() {
      try {
        land(null);
      } finally {
        leave(this);
      }
    }
  }

  /** Throws nothing where memory has run out: that may be what ends the computation. */
  private void leave(EntryFlight flight) {
    Thread thread = flight.owner().thread();
    try {
      if (flight.outer == null) {
        running.remove(thread);
      } else {
        running.put(thread, flight.outer);
      }
    } catch (OutOfMemoryError e) {
      return; // found out by innermost
    }
  }

  /** The innermost flight of a thread; null if it runs none. */
  private @Nullable EntryFlight innermost(Thread thread) {
    EntryFlight flight = running.get(thread);
    while (flight != null && flight.owner().hasEnded) { // could not be removed
      flight = flight.outer;
    }
    return flight;
  }

  /**
   * Starts the computation of an entry, or finds the one that is under way.
   *
   * @param owner ended by the caller, whatever its call comes to
   * @param isShared whether others may wait for it
   * @throws IllegalStateException if this thread is computing the entry already
   */
  public EntryFlight start(Owner owner, Object scope, String path, String name, boolean isShared) {
    EntryFlight own = new EntryFlight(new Key(scope, name), path, owner);
    for (EntryFlight outer = own.outer; outer != null; outer = outer.outer) {
      if (outer.key.equals(own.key)) {
        throw cycle(pathsFrom(outer), path);
      }
    }
    EntryFlight other = isShared ? flights.start(own.key, own) : null;
    if (other != null) {
      return other;
    }
    running.put(owner.thread(), own);
    return own;
  }

  /** Flights under way that others may wait for. */
  public int size() {
    return flights.size();
  }

  /** True if this thread is inside a computation. */
  public boolean isRunning() {
    return innermost(Thread.currentThread()) != null;
  }

  /**
   * What the other thread computed. Null if it has nothing to hand out; or, before it has landed,
   * if this thread was interrupted or that thread is gone or has been waiting itself for the whole
   * of the patience.
   *
   * @throws IllegalStateException if that thread waits for an entry that this one is computing
   */
  public @Nullable Object await(EntryFlight flight) {
    Thread me = Thread.currentThread();
    Wait wait = new Wait(flight);
    try {
      startWaiting(wait, me);
      return flight.await(patience);
    } finally {
      wait.isOver = true;
      try {
        lock.lock();
        waiting.remove(me);
      } finally {
        lock.unlock();
      }
    }
  }

  private void startWaiting(Wait wait, Thread me) {
    try {
      lock.lock();
      refuseCycle(wait.flight, me);
      waiting.put(me, wait);
    } finally {
      lock.unlock();
    }
  }

  /** Follows who waits for whom from the flight's owner; a way back to this thread is a cycle. */
  private void refuseCycle(EntryFlight wanted, Thread me) {
    List<String> paths = new ArrayList<>();
    EntryFlight flight = wanted;
    while (flight != null && !flight.hasLanded()) {
      paths.addAll(pathsFrom(flight));
      if (flight.owner().thread() == me) {
        throw cycle(paths, wanted.path);
      }
      Wait wait = waiting.get(flight.owner().thread());
      flight = wait == null || wait.isOver ? null : wait.flight;
    }
  }

  /** The entry of a flight, and what its thread computes for it, outermost first. */
  private List<String> pathsFrom(EntryFlight flight) {
    Deque<String> paths = new ArrayDeque<>();
    for (EntryFlight each = innermost(flight.owner().thread()); each != null; each = each.outer) {
      paths.addFirst(each.path);
      if (each == flight) {
        break;
      }
    }
    return List.copyOf(paths);
  }

  private static IllegalStateException cycle(List<String> paths, String wanted) {
    return new IllegalStateException(
        "a cycle: "
            + String.join(" -> ", paths)
            + " -> "
            + wanted
            + "; the computation of an entry must not ask for that entry");
  }
}
