package io.tensorcache.internal.scope;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.scope.RemovalCause;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one table, and all that changes with them: counts, order of use, times, what was
 * computed from what. Changed under one lock, by a {@link Change}; look-ups take none. With the
 * lock held nothing of the program runs: neither its clock, nor an adapter, nor a listener.
 */
final class Contents {
  final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
  final EntryCounts counts = new EntryCounts();
  final Expiries expiries = new Expiries();
  private final Lineage lineage = new Lineage(); // guarded by lock
  private final Uses uses;
  private final Bounds bounds;
  private final InstantSource clock;
  private final Leaving leaving;

  /** The last of those that could not be ended in their time. */
  private final AtomicReference<@Nullable Ticket> unended = new AtomicReference<>();

  /** Guards what is in the map and all that goes with it. */
  private final RankedLock lock = new RankedLock(Rank.SCOPE_TABLE);

  Contents(Uses uses, Bounds bounds, InstantSource clock, Leaving leaving) {
    this.uses = uses;
    this.bounds = bounds;
    this.clock = clock;
    this.leaving = leaving;
  }

  private record Left(Entry entry, @Nullable Object held, RemovalCause cause) {}

  /** A change that is to be started. */
  Change change() {
    return new Change();
  }

  /** Leaves the end of a ticket to the next change. Needs no memory. */
  void endLater(Ticket ticket) {
    Ticket before;
    do {
      before = unended.get();
      ticket.unendedBefore = before;
    } while (!unended.compareAndSet(before, ticket));
  }

  /** Drops what has outlived its time; true if there was something. */
  boolean expire() {
    if (expiries.isEmpty() || !expiries.isDue(clock.millis())) {
      return false;
    }
    try (Change change = change()) {
      change.start();
    }
    return true;
  }

  /** The entries of one instant. */
  List<Entry> all() {
    try {
      lock.lock();
      return List.copyOf(entries.values());
    } finally {
      lock.unlock();
    }
  }

  /** True if an entry of so many bytes can enter without another one leaving. */
  boolean hasRoom(long byteCount) {
    return counts.hasRoom(bounds, byteCount);
  }

  /** Drops an entry unless it left before, and nothing else; true if this call did. */
  boolean leave(Entry entry, RemovalCause cause) {
    try (Change change = change()) {
      change.start();
      return change.leave(entry, cause);
    }
  }

  /** How many names are known. */
  int knownNames() {
    try {
      lock.lock();
      return lineage.size();
    } finally {
      lock.unlock();
    }
  }

  /** Holds the lock once started; tells what left when it has let go of it. */
  final class Change implements AutoCloseable {
    private final List<Left> left = new ArrayList<>(1);

    /**
     * Takes the lock, and drops what is over by now. Inside the block that closes the change: where
     * there is no memory it may throw with the lock taken.
     */
    void start() {
      long now = expiries.isEmpty() ? Long.MIN_VALUE : clock.millis();
      lock.lock();
      endUnended();
      expire(now);
    }

    @Nullable Entry get(String name) {
      return entries.get(name);
    }

    private void endUnended() {
      for (Ticket ticket; (ticket = unended.get()) != null; ) {
        if (unended.compareAndSet(ticket, ticket.unendedBefore)) {
          lineage.end(ticket);
        }
      }
    }

    private void expire(long now) {
      if (!expiries.isDue(now)) {
        return;
      }
      for (Entry due; (due = expiries.takeDue(now)) != null; ) {
        if (leave(due, RemovalCause.EXPIRED)) {
          changed(due.name(), null, RemovalCause.EXPIRED);
        } else if (due.leftAt() > 0) {
          leaveAll(lineage.changed(due.name(), null, due.leftAt()), RemovalCause.EXPIRED);
        }
      }
      expiries.settle();
    }

    void begin(Ticket ticket) {
      lineage.begin(ticket);
    }

    void end(Ticket ticket) {
      lineage.end(ticket);
    }

    /** Puts an entry in the place of what is there, with room made before. */
    void enter(Ticket ticket, Entry entry) {
      String name = entry.name();
      if (ticket.isReplacing()) {
        lineage.supersede(name, ticket);
        changed(name, ticket, RemovalCause.REPLACED);
      }
      Entry there = entries.get(name);
      if (there != null) {
        out(there, ticket.isReplacing() ? RemovalCause.REPLACED : RemovalCause.COLLECTED);
      }
      makeRoom(entry);
      counts.add(entry, +1);
      entries.put(name, entry);
      lineage.kept(ticket, entry);
      arrange(entry);
    }

    private void makeRoom(Entry entry) {
      while (!entry.isPersisting() && !counts.hasRoom(bounds, entry.byteCount())) {
        Entry oldest = uses.takeOldest();
        if (oldest == null) {
          throw new AssertionError("an entry counts and is in no order");
        }
        leave(oldest, RemovalCause.EVICTED);
      }
    }

    private void arrange(Entry entry) {
      uses.entered(entry);
      if (entry.mayExpire()) {
        expiries.add(entry, each -> each.gone && !isWaitedFor(each));
      }
    }

    /** True if something was computed from it before it left, which ends when it would have. */
    private boolean isWaitedFor(Entry gone) {
      return gone.leftAt() > 0 && lineage.hasDependents(gone.name());
    }

    /** Puts another holding of the same value in the place of an entry that is there. */
    void refresh(Entry before, Entry after) {
      counts.add(before, -1);
      counts.add(after, +1);
      entries.put(after.name(), after);
      before.letGo();
      uses.left(before);
      Ticket origin = after.origin();
      if (origin != null && origin.state == Ticket.State.KEPT) {
        origin.entry = after;
      }
      arrange(after);
    }

    /** Drops an entry unless it left before, and nothing else; true if this call did. */
    boolean leave(Entry entry, RemovalCause cause) {
      boolean isMine = entries.get(entry.name()) == entry;
      if (isMine) {
        entries.remove(entry.name());
        out(entry, cause);
      }
      return isMine;
    }

    /** Drops an entry that is not in the map, or will be replaced there. */
    private void out(Entry entry, RemovalCause asked) {
      RemovalCause cause = entry.holdsSomething() ? asked : RemovalCause.COLLECTED;
      if (cause == RemovalCause.EVICTED) {
        counts.evictions.increment();
      } else if (cause == RemovalCause.COLLECTED) {
        counts.collected.increment();
      }
      leaving.leaves(entry, cause);
      left.add(new Left(entry, forget(entry), cause));
    }

    /** Drops an entry without a word to the listener. */
    @Nullable Object forget(Entry entry) {
      counts.add(entry, -1);
      Object held = entry.letGo();
      uses.left(entry);
      if (entry.mayExpire() && lineage.hasDependents(entry.name())) {
        entry.leftAt(lineage.now()); // if it is changed, they leave with it
      }
      Ticket origin = entry.origin();
      if (origin != null && origin.entry == entry) {
        lineage.left(origin);
      }
      return held;
    }

    /** Drops all that was or is being computed from a name, but {@code self}. */
    void changed(String name, @Nullable Ticket self, RemovalCause cause) {
      leaveAll(lineage.changed(name, self), cause);
    }

    private void leaveAll(List<Entry> dependents, RemovalCause cause) {
      dependents.forEach(dependent -> leave(dependent, cause));
    }

    /** What others have under way for a name that was taken comes too late. */
    void taken(String name) {
      lineage.taken(name);
    }

    /** Outdates what others have under way on such terms; the names of what was computed. */
    Set<String> outdate(Predicate<Terms> selected) {
      return lineage.outdate(selected);
    }

    /** Drops an entry, what is under way for it, and all that was computed from it. */
    boolean remove(String name, @Nullable Ticket self, RemovalCause cause) {
      Entry there = entries.get(name);
      boolean wasThere = there != null && there.holdsSomething();
      boolean wasComputing = lineage.supersede(name, self) > 0;
      if (there != null) {
        leave(there, cause);
      }
      changed(name, self, cause);
      return wasThere || wasComputing;
    }

    /** Lets go of the lock, then tells what left. */
    @Override
    public void close() {
      lock.unlock();
      for (int i = 0; i < left.size(); i++) {
        tell(left.get(i));
      }
    }

    private void tell(Left each) {
      try {
        leaving.left(each.entry(), each.held(), each.cause());
      } catch (OutOfMemoryError e) {
        return; // may be what ends the change: it must not meet itself
      }
    }
  }
}
