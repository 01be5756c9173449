package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one scope by name. Decides what is kept; knows nothing of tensors. Every value
 * comes in by {@link #enter}, which looks at its ticket under the lock of the table. Safe for use
 * by several threads; look-ups take no lock.
 */
public final class EntryTable {
  /** With more entries than this, closed values are looked for now and then only. */
  private static final long MANY = 4096;

  private static final int SHARE = 64;

  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
  private final Retention retention;
  private final Bounds bounds;
  private final NewEntries newEntries;
  private final Leaving leaving;
  private final CollectionRequests collections;
  private final Uses uses;
  private final boolean usesMatter;
  private final Contents contents;
  private final Consumer<Ticket> end = this::end;
  private final AtomicLong untilSweep = new AtomicLong();
  private volatile CacheLevel level; // written under the lock of the contents
  private volatile boolean closed; // written under the lock of the contents

  public EntryTable(
      Retention retention, CacheLevel level, Bounds bounds, InstantSource clock, Leaving leaving) {
    this.retention = retention;
    this.level = level;
    this.bounds = bounds;
    this.leaving = leaving;
    this.collections = new CollectionRequests(bounds.bytesToCollect(), System::gc);
    this.uses = new Uses(retention, bounds);
    this.newEntries = new NewEntries(uses, clock, collected);
    this.usesMatter = uses.matter();
    this.contents = new Contents(uses, bounds, clock, leaving);
  }

  public CacheLevel level() {
    return level;
  }

  public EntryCounts counts() {
    return contents.counts;
  }

  public long size() {
    return contents.counts.entries();
  }

  /** True if an entry on these terms would be kept now. */
  public boolean keeps(Terms terms) {
    return terms.forced() || terms.level().isStoredAt(level);
  }

  /** The entry of this name, which counts as used; null if there is none or its time is over. */
  public @Nullable Entry find(String name) {
    Entry entry = contents.entries.get(name);
    if (entry != null && entry.mayEndByTime() && contents.expire()) {
      entry = contents.entries.get(name);
    }
    if (usesMatter && entry != null) {
      uses.use(entry);
    }
    return entry;
  }

  /** How a value held by reference is held at first. */
  public <V> Entry.Holding byReference(
      ValueType<V> type, V value, CacheLevel entryLevel, long byteCount) {
    boolean isStrong = retention.isStrong(entryLevel);
    boolean mayBeWeak = !isStrong || uses.decideOnStrength();
    return new Entry.Holding(isStrong ? value : null, mayBeWeak ? value : null, byteCount, type);
  }

  /**
   * Begins what may end with a value that enters. Before anything is read or computed for it.
   *
   * @param flight nobody joins it once the ticket is outdated
   */
  public Ticket begin(
      Ticket.Purpose purpose, String name, Terms terms, Flights.@Nullable EntryFlight flight) {
    Ticket ticket = new Ticket(end, purpose, name, terms, flight);
    if (ticket.isTracked()) {
      try (Contents.Change change = contents.change()) {
        change.start();
        change.begin(ticket);
      }
    }
    return ticket;
  }

  void end(Ticket ticket) {
    if (ticket.isUnderWay()) {
      try (Contents.Change change = contents.change()) {
        change.start();
        change.end(ticket);
      } catch (OutOfMemoryError e) {
        contents.endLater(ticket);
      }
    }
  }

  /**
   * Decides whether a value enters: the only place that does. A value that was to take the place of
   * another one and cannot be kept removes that one.
   *
   * @param holding null if it can be held nowhere
   * @param order given if the value entered or removed what was there
   * @return the entry; null if the value is not kept
   * @throws IllegalStateException if the value is to replace, and the table is closed
   */
  public @Nullable Entry enter(
      Ticket ticket, Terms terms, Entry.@Nullable Holding holding, StoreOrder order) {
    return enter(ticket, holding == null ? null : newEntries.of(ticket, terms, holding), order);
  }

  /** Decides whether a value enters that was read from the store: not where there is an entry. */
  public @Nullable Entry enterRead(Ticket ticket, Terms terms, Entry.Holding holding) {
    Entry entry = newEntries.of(ticket, terms, holding);
    entry.isRead = true;
    return enter(ticket, entry, StoreOrder.NONE);
  }

  private @Nullable Entry enter(Ticket ticket, @Nullable Entry entry, StoreOrder order) {
    collect();
    Entry entered = decide(ticket, entry, order);
    if (entered != null && entered.isByReference()) {
      collections.came(entered.byteCount());
    }
    return entered;
  }

  private @Nullable Entry decide(Ticket ticket, @Nullable Entry entry, StoreOrder order) {
    if (entry != null && !entry.isPersisting() && !contents.hasRoom(entry.byteCount())) {
      dropClosedIfDue();
    }
    try (Contents.Change change = contents.change()) {
      change.start();
      if (closed && ticket.isReplacing()) {
        throw leaving.whenClosed();
      }
      if (mayEnter(change, ticket, entry)) {
        change.enter(ticket, entry);
        order.give(true);
        return entry;
      }
      if (ticket.isReplacing() && !ticket.isSuperseded()) {
        change.remove(ticket.name(), ticket, RemovalCause.REPLACED);
        order.give(false);
      }
      return null;
    }
  }

  private boolean mayEnter(Contents.Change change, Ticket ticket, @Nullable Entry entry) {
    if (closed || entry == null || !ticket.isValid() || !keeps(ticket.terms())) {
      return false;
    }
    Entry there = change.get(ticket.name());
    boolean isFree = ticket.isReplacing() || there == null || !there.holdsSomething();
    return isFree && (entry.isPersisting() || entry.byteCount() <= bounds.bytes());
  }

  /** Puts an entry with another holding of the same value in its place; null if it left. */
  public @Nullable Entry refresh(Entry before, Entry.Holding holding) {
    Entry entry = newEntries.like(before, holding);
    try (Contents.Change change = contents.change()) {
      change.start();
      if (change.get(before.name()) != before) {
        return null;
      }
      change.refresh(before, entry);
      return entry;
    }
  }

  /** Drops an entry unless it left before, and nothing else; true if this call did. */
  public boolean leave(Entry entry, RemovalCause cause) {
    return contents.leave(entry, cause);
  }

  /**
   * Drops an entry that is taken: of several threads, one gets it.
   *
   * @throws IllegalStateException if the table is closed
   */
  public boolean take(Entry entry) {
    try (Contents.Change change = contents.change()) {
      startOpen(change);
      boolean isMine = change.leave(entry, RemovalCause.REMOVED);
      if (isMine) {
        change.taken(entry.name());
      }
      return isMine;
    }
  }

  /**
   * Takes an entry that was read from the store.
   *
   * @param ticket of the reading: false if another thread was faster
   * @throws IllegalStateException if the table is closed
   */
  public boolean takeStored(Ticket ticket, StoreOrder order) {
    try (Contents.Change change = contents.change()) {
      startOpen(change);
      if (!ticket.isValid()) {
        return false;
      }
      Entry there = change.get(ticket.name());
      if (there != null) {
        change.leave(there, RemovalCause.REMOVED);
      }
      change.taken(ticket.name());
      order.give(false);
      return true;
    }
  }

  private void startOpen(Contents.Change change) {
    change.start();
    if (closed) {
      throw leaving.whenClosed();
    }
  }

  /**
   * Drops the entry of this name, what is under way for it, and all that was computed from it.
   *
   * @param look of who looked whether it is in the store; null if nobody did
   * @return null if it was changed since that look; else whether it was there, or being computed
   * @throws IllegalStateException if the table is closed
   */
  public @Nullable Boolean remove(String name, @Nullable Ticket look, StoreOrder order) {
    try (Contents.Change change = contents.change()) {
      startOpen(change);
      if (look != null && !look.isValid()) {
        return null;
      }
      boolean wasThere = change.remove(name, null, RemovalCause.REMOVED);
      order.give(false);
      return wasThere;
    }
  }

  /**
   * Drops every entry, but those of the spared groups and, unless asked, those that persist. What
   * was computed from a dropped entry goes with it. What is being computed on such terms does not
   * enter.
   */
  public void reset(boolean persisting, Set<String> sparedGroups) {
    try (Contents.Change change = contents.change()) {
      change.start();
      change
          .outdate(terms -> isReset(terms.persisting(), terms.group(), persisting, sparedGroups))
          .forEach(name -> change.changed(name, null, RemovalCause.RESET));
      for (Entry entry : contents.entries.values()) {
        if (isReset(entry.isPersisting(), entry.group(), persisting, sparedGroups)
            && change.leave(entry, RemovalCause.RESET)) {
          change.changed(entry.name(), null, RemovalCause.RESET);
        }
      }
    }
  }

  private static boolean isReset(
      boolean isPersisting, @Nullable String group, boolean all, Set<String> sparedGroups) {
    return (all || !isPersisting) && (group == null || !sparedGroups.contains(group));
  }

  /** Resets an entry that is in the store, unless it was written since the reset began. */
  public void resetStored(String name, StoreOrder order) {
    try (Contents.Change change = contents.change()) {
      change.start();
      Entry there = change.get(name);
      if (closed || there != null && there.isPersisting() && !there.isRead) {
        return;
      }
      if (there == null || there.isRead) {
        change.remove(name, null, RemovalCause.RESET);
      }
      order.give(false);
    }
  }

  /** Sets the level and drops what is above it and not forced. */
  public void setLevel(CacheLevel value) {
    try (Contents.Change change = contents.change()) {
      change.start();
      level = value;
      dropAbove(change, entry -> !entry.isForced() && !entry.level().isStoredAt(value));
    }
  }

  /** Drops what is above a level, forced or not. The level of the table stays. */
  public void trimTo(CacheLevel limit) {
    try (Contents.Change change = contents.change()) {
      change.start();
      dropAbove(change, entry -> !entry.level().isStoredAt(limit));
    }
  }

  private void dropAbove(Contents.Change change, Predicate<Entry> selected) {
    for (Entry entry : contents.entries.values()) {
      if (selected.test(entry)) {
        change.leave(entry, RemovalCause.LEVEL); // what was computed from it stays right
      }
    }
  }

  /** Drops what the program let go of. What persists stays, in the store. */
  public void collect() {
    for (Reference<?> next; (next = collected.poll()) != null; ) {
      Entry entry = (Entry) next;
      if (!entry.isPersisting()) {
        leave(entry, RemovalCause.COLLECTED);
      }
    }
  }

  /** Drops what has outlived its time. */
  public void expire() {
    contents.expire();
  }

  /** Drops what the program closed: looks at every value that is held by reference. */
  public void dropClosed() {
    if (!retention.isCopy()) {
      for (Entry entry : contents.entries.values()) {
        if (entry.isClosed()) {
          leave(entry, RemovalCause.COLLECTED);
        }
      }
    }
  }

  /**
   * Drops what the program closed before an entry has to go for another one, if there are few; else
   * now and then.
   */
  private void dropClosedIfDue() {
    if (!retention.isCopy() && untilSweep.decrementAndGet() <= 0) {
      dropClosed();
      untilSweep.set(size() <= MANY ? 0 : size() / SHARE);
    }
  }

  /** The entries that are there, in the order of their names. */
  public List<Entry> list(boolean includePrivate) {
    expire();
    collect();
    dropClosed();
    return contents.all().stream()
        .filter(entry -> includePrivate || !entry.isPrivate())
        .filter(entry -> entry.isPersisting() || entry.held() != null)
        .sorted(Comparator.comparing(Entry::name))
        .toList();
  }

  /** Drops everything and takes nothing more. Tells of what left only if asked. */
  public void close(boolean tells) {
    try (Contents.Change change = contents.change()) {
      change.start();
      closed = true;
      for (Entry entry : contents.entries.values()) {
        if (tells) {
          change.leave(entry, RemovalCause.REMOVED);
        } else if (contents.entries.remove(entry.name(), entry)) {
          change.forget(entry);
        }
      }
    }
  }

  public boolean isClosed() {
    return closed;
  }

  /** How many names are known beside the entries. */
  int knownNames() {
    return contents.knownNames();
  }
}
