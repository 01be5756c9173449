package io.tensorcache.internal.scope;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are being computed now, and by whom, so that an entry is computed once. An entry
 * that asks for itself, by way of other entries and other threads too, is found out before anyone
 * waits. What cannot be seen, a computation that starts a thread and waits for it, is ended by
 * patience. Safe for use by several threads.
 */
public final class Flights {
  private static final long LOOK_MILLIS = 100;

  private final Duration patience;
  private final ConcurrentHashMap<Key, Flight> flights = new ConcurrentHashMap<>();

  /** The innermost flight of each thread that runs one. */
  private final ConcurrentHashMap<Thread, Flight> running = new ConcurrentHashMap<>();

  private final RankedLock lock = new RankedLock(Rank.SCOPE_FLIGHTS);

  /** What each waiting thread waits for. Guarded by lock. */
  private final Map<Thread, Flight> waiting = new HashMap<>();

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

  /** One computation under way. */
  public final class Flight implements AutoCloseable {
    private final Key key;
    private final String path;
    private final Thread owner = Thread.currentThread();
    private final @Nullable Flight outer = running.get(owner);
    private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

    private Flight(Key key, String path) {
      this.key = key;
      this.path = path;
    }

    /** Who asks from now on does not wait for it. */
    void abandon() {
      flights.remove(key, this);
    }

    /** True if this thread is to compute it and then to close this. */
    public boolean isMine() {
      return owner == Thread.currentThread();
    }

    /** Hands what was computed to who waits for it; null if there is nothing to hand out. */
    public void land(@Nullable Object value) {
      flights.remove(key, this);
      result.complete(value);
    }

    /** Ends it, with nothing unless it has landed. */
    @Override
    public void close() {
      land(null);
      if (outer == null) {
        running.remove(owner);
      } else {
        running.put(owner, outer);
      }
    }

    public boolean hasLanded() {
      return result.isDone();
    }
  }

  /**
   * Starts the computation of an entry, or finds the one that is under way.
   *
   * @param isShared whether others may wait for it
   * @throws IllegalStateException if this thread is computing the entry already
   */
  public Flight start(Object scope, String path, String name, boolean isShared) {
    Key key = new Key(scope, name);
    Flight own = new Flight(key, path);
    for (Flight outer = own.outer; outer != null; outer = outer.outer) {
      if (outer.key.equals(key)) {
        throw cycle(pathsFrom(outer), path);
      }
    }
    Flight other = isShared ? flights.putIfAbsent(key, own) : null;
    if (other != null) {
      return other;
    }
    running.put(own.owner, own);
    return own;
  }

  /** True if this thread is inside a computation. */
  public boolean isRunning() {
    return running.containsKey(Thread.currentThread());
  }

  /**
   * What the other thread computed. Null if it has nothing to hand out; or, before it has landed,
   * if this thread was interrupted or that thread is gone or has been waiting itself for the whole
   * of the patience.
   *
   * @throws IllegalStateException if that thread waits for an entry that this one is computing
   */
  public @Nullable Object await(Flight flight) {
    Thread me = Thread.currentThread();
    lock.lock();
    try {
      refuseCycle(flight, me);
      waiting.put(me, flight);
    } finally {
      lock.unlock();
    }
    try {
      return awaitPatiently(flight);
    } finally {
      lock.lock();
      try {
        waiting.remove(me);
      } finally {
        lock.unlock();
      }
    }
  }

  private @Nullable Object awaitPatiently(Flight flight) {
    long waitedSince = System.nanoTime();
    while (true) {
      try {
        return flight.result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (flight.owner.getState() == Thread.State.RUNNABLE) {
          waitedSince = System.nanoTime();
        } else if (System.nanoTime() - waitedSince > patience.toNanos()
            || !flight.owner.isAlive()) {
          return null;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      } catch (ExecutionException e) {
        throw new AssertionError("a flight is never completed exceptionally", e);
      }
    }
  }

  /** Follows who waits for whom from the flight's owner; a way back to this thread is a cycle. */
  private void refuseCycle(Flight wanted, Thread me) {
    List<String> paths = new ArrayList<>();
    Flight flight = wanted;
    while (flight != null && !flight.hasLanded()) {
      paths.addAll(pathsFrom(flight));
      if (flight.owner == me) {
        throw cycle(paths, wanted.path);
      }
      flight = waiting.get(flight.owner);
    }
  }

  /** The entry of a flight, and what its thread computes for it, outermost first. */
  private List<String> pathsFrom(Flight flight) {
    Deque<String> paths = new ArrayDeque<>();
    for (Flight each = running.get(flight.owner); each != null; each = each.outer) {
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
