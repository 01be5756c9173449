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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one scope by name. Decides what is kept; knows nothing of tensors. Whoever takes
 * an entry out of the map, and no one else, counts it and says that it left. Safe for use by
 * several threads; look-ups take no lock.
 */
public final class EntryTable {
  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
  private final AtomicLong removals = new AtomicLong(); // of rows in the store
  private final Retention retention;
  private final Bounds bounds;
  private final InstantSource clock;
  private final Leaving leaving;
  private final Uses uses;
  private final boolean usesMatter;
  private final Dependents dependents = new Dependents();
  private final Expiries expiries = new Expiries();
  private final EntryCounts counts = new EntryCounts();
  private volatile CacheLevel level;
  private volatile boolean closed;

  /** Told of each entry that left, without a lock. */
  @FunctionalInterface
  public interface Leaving {
    /** {@code held} is what the entry held last. */
    void left(Entry entry, @Nullable Object held, RemovalCause cause);
  }

  public EntryTable(
      Retention retention, CacheLevel level, Bounds bounds, InstantSource clock, Leaving leaving) {
    this.retention = retention;
    this.level = level;
    this.bounds = bounds;
    this.clock = clock;
    this.leaving = leaving;
    this.uses = new Uses(retention, bounds);
    this.usesMatter = uses.matter();
  }

  public CacheLevel level() {
    return level;
  }

  public EntryCounts counts() {
    return counts;
  }

  public long size() {
    return entries.mappingCount();
  }

  /** True if an entry on these terms would be kept now. */
  public boolean keeps(Terms terms) {
    return terms.forced() || terms.level().isStoredAt(level);
  }

  /** The entry of this name, which counts as used; null if there is none or its time is over. */
  public @Nullable Entry find(String name) {
    Entry entry = entries.get(name);
    if (entry == null || entry.mayExpire() && isExpired(entry)) {
      return null;
    }
    if (usesMatter) {
      uses.use(entry);
    }
    return entry;
  }

  private boolean isExpired(Entry entry) {
    if (clock.millis() < entry.expiresMillis()) {
      return false;
    }
    expire();
    return true;
  }

  /** How a value held by reference is held at first. */
  public <V> Entry.Holding byReference(
      ValueType<V> type, V value, CacheLevel entryLevel, long byteCount) {
    boolean isStrong = retention.isStrong(entryLevel);
    boolean mayBeWeak = !isStrong || uses.decideOnStrength();
    return new Entry.Holding(isStrong ? value : null, mayBeWeak ? value : null, byteCount, type);
  }

  /** Notes that a value is about to be computed from others. */
  public Freshness freshness(String name, List<String> sources) {
    return sources.isEmpty() ? () -> true : dependents.register(name, sources)::isValid;
  }

  /**
   * Adds an entry.
   *
   * @param replaces whether it takes the place of an entry that is there; else that one stays
   * @return the entry; null if it is not kept
   */
  public @Nullable Entry add(
      String name, Terms terms, Entry.Holding holding, Freshness freshness, boolean replaces) {
    return add(newEntry(name, terms, holding, special(terms)), terms, freshness, replaces);
  }

  /**
   * Adds an entry whose value was read from the store, unless there is one.
   *
   * @param removals those of the store when it was read, by {@link #removals}
   */
  public @Nullable Entry addRead(String name, Terms terms, Entry.Holding holding, long removals) {
    Entry entry = newEntry(name, terms, holding, special(terms));
    entry.isRead = true;
    return add(entry, terms, () -> this.removals.get() == removals, false);
  }

  private @Nullable Entry add(Entry entry, Terms terms, Freshness freshness, boolean replaces) {
    expire();
    collect();
    boolean fits = terms.persisting() || entry.byteCount() <= bounds.bytes();
    if (closed || !keeps(terms) || !fits) {
      return null;
    }
    AtomicReference<@Nullable Entry> before = new AtomicReference<>();
    Entry after =
        entries.compute(
            entry.name(),
            (name, there) -> {
              if (there != null && !replaces && there.holdsSomething() || !freshness.claim()) {
                return there;
              }
              before.set(there);
              return entry;
            });
    if (after != entry) {
      return null;
    }
    counts.add(entry, +1);
    Entry displaced = before.get();
    if (displaced != null) {
      left(displaced, replaces ? RemovalCause.REPLACED : RemovalCause.COLLECTED);
    }
    arrange(entry);
    checkAgain(entry, terms);
    return entry;
  }

  private Entry.@Nullable Special special(Terms terms) {
    if (!terms.areSpecial()) {
      return null;
    }
    long expires =
        terms.timeToLive() == null
            ? Long.MAX_VALUE
            : saturated(clock.millis(), terms.timeToLive().toMillis());
    return new Entry.Special(expires, terms.group());
  }

  private Entry newEntry(
      String name, Terms terms, Entry.Holding holding, Entry.@Nullable Special special) {
    Entry entry = new Entry(name, terms, holding, special, uses.places(), collected);
    entry.used = uses.tick();
    return entry;
  }

  private static long saturated(long now, long more) {
    return more > Long.MAX_VALUE - 1 - now ? Long.MAX_VALUE - 1 : now + more;
  }

  private void arrange(Entry entry) {
    if (entry.mayExpire()) {
      expiries.add(entry);
    }
    if (uses.entered(entry)) {
      while (counts.exceed(bounds)) {
        Entry oldest = uses.takeOldest();
        if (oldest == null) {
          return; // others are making room
        }
        leave(oldest, RemovalCause.EVICTED);
      }
    }
  }

  /** What changed while the entry was on its way in did not see it. */
  private void checkAgain(Entry entry, Terms terms) {
    if (closed) {
      leave(entry, RemovalCause.REMOVED);
    } else if (!keeps(terms)) {
      leave(entry, RemovalCause.LEVEL);
    }
  }

  /** Puts an entry with another holding of the same value in its place; null if it left. */
  public @Nullable Entry refresh(Entry before, Entry.Holding holding) {
    Terms terms =
        new Terms(
            before.level(),
            before.isPersisting(),
            before.isForced(),
            null,
            before.group(),
            List.of());
    Entry entry = newEntry(before.name(), terms, holding, before.special());
    entry.isRead = before.isRead;
    if (!entries.replace(before.name(), before, entry)) {
      return null;
    }
    counts.add(entry, +1);
    forget(before);
    arrange(entry);
    checkAgain(entry, terms);
    return entry;
  }

  /** True if this is the entry of its name. */
  public boolean isCurrent(Entry entry) {
    return entries.get(entry.name()) == entry;
  }

  /** True if there is an entry of this name that persists and was not read from the store. */
  public boolean isWritten(String name) {
    Entry entry = entries.get(name);
    return entry != null && entry.isPersisting() && !entry.isRead;
  }

  /** How often rows of entries were removed from the store. */
  public long removals() {
    return removals.get();
  }

  /** The row of an entry was removed from the store: what was read from it goes, or never comes. */
  public void removedFromStore(String name) {
    removals.incrementAndGet();
    leaveIf(name, entry -> entry.isRead, RemovalCause.REMOVED);
  }

  /** The same as {@link #leave}, and waits for one that is about to enter. */
  private void leaveIf(String name, Predicate<Entry> selected, RemovalCause cause) {
    AtomicReference<@Nullable Entry> gone = new AtomicReference<>();
    entries.computeIfPresent(
        name,
        (key, there) -> {
          gone.set(selected.test(there) ? there : null);
          return gone.get() == null ? there : null;
        });
    Entry entry = gone.get();
    if (entry != null) {
      left(entry, cause);
      changed(name, cause);
    }
  }

  /** Drops an entry unless it left before; true if this call did. */
  public boolean leave(Entry entry, RemovalCause cause) {
    boolean isMine = entries.remove(entry.name(), entry);
    if (isMine) {
      left(entry, cause);
    }
    return isMine;
  }

  private void left(Entry entry, RemovalCause cause) {
    if (cause == RemovalCause.EVICTED) {
      counts.evictions.increment();
    } else if (cause == RemovalCause.COLLECTED) {
      counts.collected.increment();
    }
    leaving.left(entry, forget(entry), cause);
  }

  private @Nullable Object forget(Entry entry) {
    counts.add(entry, -1);
    Object held = entry.letGo();
    uses.left(entry);
    return held;
  }

  /** Drops the entry of this name and all that was computed from it; true if it was there. */
  public boolean remove(String name, RemovalCause cause) {
    Entry entry = entries.remove(name);
    if (entry != null) {
      left(entry, cause);
    }
    changed(name, cause);
    return entry != null;
  }

  /** Drops what was computed from this name, because it has another value now or none. */
  public void changed(String name, RemovalCause cause) {
    for (String dependent : dependents.changed(name)) {
      Entry entry = entries.remove(dependent);
      if (entry != null) {
        left(entry, cause);
      }
    }
  }

  /** Drops every entry that is selected, and all that was computed from it. */
  public void removeIf(Predicate<Entry> selected, RemovalCause cause) {
    for (Entry entry : entries.values()) {
      if (selected.test(entry) && leave(entry, cause)) {
        changed(entry.name(), cause);
      }
    }
  }

  /**
   * Drops every entry, but those of the spared groups and, unless asked, those that persist. What
   * was computed from a dropped entry goes with it. So do those that are {@code entering} now.
   */
  public void reset(boolean persisting, Set<String> sparedGroups, List<String> entering) {
    Predicate<Entry> selected =
        entry ->
            (persisting || !entry.isPersisting())
                && (entry.group() == null || !sparedGroups.contains(entry.group()));
    removeIf(selected, RemovalCause.RESET);
    entering.forEach(name -> leaveIf(name, selected, RemovalCause.RESET));
  }

  /** Sets the level and drops what is above it and not forced. */
  public void setLevel(CacheLevel value) {
    level = value;
    dropAbove(entry -> !entry.isForced() && !entry.level().isStoredAt(value));
  }

  /** Drops what is above a level, forced or not. The level of the table stays. */
  public void trimTo(CacheLevel limit) {
    dropAbove(entry -> !entry.level().isStoredAt(limit));
  }

  private void dropAbove(Predicate<Entry> selected) {
    for (Entry entry : entries.values()) {
      if (selected.test(entry)) {
        leave(entry, RemovalCause.LEVEL); // what was computed from it stays right
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
    if (!expiries.isEmpty()) {
      for (Entry entry : expiries.takeDue(clock.millis())) {
        if (leave(entry, RemovalCause.EXPIRED)) {
          changed(entry.name(), RemovalCause.EXPIRED);
        }
      }
    }
  }

  /** The entries that are there, in the order of their names. */
  public List<Entry> list(boolean includePrivate) {
    expire();
    collect();
    return entries.values().stream()
        .filter(entry -> includePrivate || !entry.isPrivate())
        .filter(entry -> entry.isPersisting() || entry.held() != null)
        .sorted(Comparator.comparing(Entry::name))
        .toList();
  }

  /** Drops everything and takes nothing more. Tells of what left only if asked. */
  public void close(boolean tells) {
    closed = true;
    for (Entry entry : entries.values()) {
      if (tells) {
        leave(entry, RemovalCause.REMOVED);
      } else if (entries.remove(entry.name(), entry)) {
        forget(entry);
      }
    }
  }

  public boolean isClosed() {
    return closed;
  }
}
