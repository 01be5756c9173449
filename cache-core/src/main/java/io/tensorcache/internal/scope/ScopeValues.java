package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.rows.CacheTiers;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a scope lie: held by reference in their entries, as copies in the tiers, and,
 * if they persist, in the store. Safe for use by several threads.
 */
final class ScopeValues {
  private final Scopes scopes;
  private final CacheTiers tiers;
  private final String path;
  private final int number;
  private final boolean areCopies;
  private final @Nullable Duration timeToLive; // of the store
  private final @Nullable PersistedEntries persisted;

  /** The entries whose copies lie in the tiers. */
  private final Map<TensorKey, Entry> copies = new ConcurrentHashMap<>();

  /**
   * @param number stands for the scope in its rows
   * @param persisted null if nothing persists
   */
  ScopeValues(
      Scopes scopes,
      String path,
      int number,
      boolean areCopies,
      @Nullable PersistedEntries persisted) {
    this.scopes = scopes;
    this.tiers = scopes.rows().tiers();
    this.path = path;
    this.number = number;
    this.areCopies = areCopies;
    this.persisted = persisted;
    StoreConfig store = scopes.state().config().store();
    this.timeToLive = store == null ? null : store.timeToLive();
  }

  /**
   * What keeping a value takes.
   *
   * @param row its copy, or null if none is made
   * @param key of its copy in memory, or null if it is not there
   */
  private record Kept(Entry.Holding holding, @Nullable Row row, @Nullable TensorKey key) {
    boolean isInMemory() {
      return holding.strong() != null || holding.weak() != null;
    }
  }

  /** The value of an entry from wherever it is; null if it is gone or was closed. */
  <V> @Nullable V read(ValueType<V> type, Entry entry, @Nullable Object held) {
    V value = null;
    if (held instanceof TensorKey key) {
      value = readCopy(type, entry.name(), key);
    } else if (held != null) {
      value = accept(type, entry.name(), held);
      value = type.isUsable(value) ? value : null;
    }
    return value == null && entry.isPersisting() ? readPersisted(type, entry.name()) : value;
  }

  private <V> @Nullable V readCopy(ValueType<V> type, String name, TensorKey key) {
    RowSchema schema = tiers.schema(key);
    if (schema == null) {
      return null;
    }
    checkType(type, name, schema);
    return unlessRefused(
        () -> RowValues.read(type, schema, target -> tiers.read(key, target).isHit()));
  }

  /**
   * A record may have become stricter since its values were stored: then they are computed anew.
   */
  private <V> @Nullable V unlessRefused(Supplier<@Nullable V> reading) {
    try {
      return reading.get();
    } catch (CorruptEntryException e) {
      scopes.state().failed(e);
      return null;
    }
  }

  private <V> V accept(ValueType<V> type, String name, Object held) {
    V value = type.accept(held);
    if (value == null) {
      throw wrongType(type, name, "a " + held.getClass().getName());
    }
    return value;
  }

  /** A fresh value from the store; null if it is not there, or cannot be read, which was told. */
  <V> @Nullable V readPersisted(ValueType<V> type, String name) {
    return persisted == null
        ? null
        : unlessRefused(() -> persisted.read(name, type, schema -> checkType(type, name, schema)));
  }

  /** What another thread handed out for an entry. */
  <V> V handedOut(ValueType<V> type, String name, Object handed) {
    if (handed instanceof Row row) {
      checkType(type, name, row.schema());
      return RowValues.of(type, row);
    }
    return accept(type, name, handed);
  }

  private void checkType(ValueType<?> type, String name, RowSchema schema) {
    if (!type.matches(schema)) {
      throw wrongType(type, name, ScopeText.of(schema));
    }
  }

  private IllegalStateException wrongType(ValueType<?> type, String name, String holds) {
    return new IllegalStateException(
        "entry \""
            + name
            + "\" of scope \""
            + path
            + "\" holds "
            + holds
            + ", and "
            + type.description()
            + " is asked for");
  }

  /**
   * Keeps a value that came from the store in memory too.
   *
   * @param ticket of its reading
   */
  <V> void remember(EntryTable table, ValueType<V> type, Ticket ticket, V value) {
    if (timeToLive != null || !ticket.isValid()) {
      return; // only the store knows its age; or it is another one's by now
    }
    Terms terms = ticket.terms().read();
    Kept kept = keep(table, type, value, terms.level(), true);
    settle(table, table.enterRead(ticket, terms, kept.holding()), kept);
  }

  /** Keeps a value in memory again whose entry has it no longer. */
  <V> void rememberAgain(EntryTable table, ValueType<V> type, Entry before, V value) {
    if (before.held() instanceof TensorKey key && tiers.contains(key)) {
      return; // it came from there
    }
    Kept kept = keep(table, type, value, before.level(), true);
    if (kept.isInMemory()) {
      if (before.held() instanceof TensorKey gone) {
        copies.remove(gone);
      }
      settle(table, table.refresh(before, kept.holding()), kept);
    }
  }

  /**
   * Keeps a value, if its ticket is valid and the terms allow it.
   *
   * @return what can be handed to who waits for it; null if nothing can
   * @throws IllegalStateException if it was to take the place of another one and the scope is
   *     closed
   */
  <V> @Nullable Object store(EntryTable table, ValueType<V> type, Ticket ticket, V value) {
    String name = ticket.name();
    Terms terms = ticket.terms();
    Kept kept;
    try {
      kept = keep(table, type, value, terms.level(), terms.persisting());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "entry \"" + name + "\" of scope \"" + path + "\" cannot be kept: " + e.getMessage(), e);
    }
    Row row = kept.row();
    boolean canBeHeld = kept.isInMemory() || terms.persisting() && row != null;
    Entry entry = null;
    try {
      entry =
          table.enter(
              ticket,
              withTimeToLive(terms),
              canBeHeld ? kept.holding() : null,
              isKept -> order(ticket, isKept ? row : null));
    } finally {
      settle(table, entry, kept);
    }
    carryOut(name);
    return areCopies ? row : value;
  }

  /** What is stored is what persists; another value put in its place outdates it. */
  private void order(Ticket ticket, @Nullable Row row) {
    boolean persists = ticket.terms().persisting();
    if (persisted != null && (persists || ticket.isReplacing())) {
      persisted.order(ticket.name(), persists ? row : null);
    }
  }

  private void carryOut(String name) {
    if (persisted != null) {
      persisted.carryOut(name);
    }
  }

  /** What persists does not outlive in memory what it is in the store. */
  private Terms withTimeToLive(Terms terms) {
    return terms.persisting() && timeToLive != null ? terms.livingFor(timeToLive) : terms;
  }

  private <V> Kept keep(
      EntryTable table, ValueType<V> type, V value, CacheLevel level, boolean persisting) {
    List<ValueType.Part> parts = type.parts(value);
    long byteCount = parts.stream().mapToLong(part -> part.view().spec().byteCount()).sum();
    if (!areCopies && !persisting) {
      return new Kept(table.byReference(type, value, level, byteCount), null, null);
    }
    type.checkCopy(value);
    Row row = RowValues.copy(parts, number);
    if (!areCopies) {
      return new Kept(table.byReference(type, value, level, byteCount), row, null);
    }
    TensorKey key = scopes.newKey();
    if (row == null || !tiers.store(key, row)) {
      return new Kept(new Entry.Holding(null, null, byteCount, null), row, null);
    }
    return new Kept(new Entry.Holding(key, null, byteCount, null), row, key);
  }

  /** The copy in memory belongs to this entry, or is dropped if there is none. */
  private void settle(EntryTable table, @Nullable Entry entry, Kept kept) {
    TensorKey key = kept.key();
    if (key == null) {
      return;
    }
    if (entry != null) {
      copies.put(key, entry);
      if (entry.held() == key) {
        if (!tiers.contains(key)) { // evicted before it was known
          evicted(table, key);
        }
        return;
      }
      copies.remove(key); // it left meanwhile
    }
    tiers.remove(key);
  }

  /** A tier dropped a copy. What persists is in the store still. */
  void evicted(EntryTable table, TensorKey key) {
    Entry entry = copies.remove(key);
    if (entry != null && !(entry.isPersisting() && entry.replaceHeld(key, null))) {
      table.leave(entry, RemovalCause.EVICTED);
    }
  }

  /** An entry is leaving: with its table locked, so that its row goes with it. */
  void leaves(EntryTable table, Entry entry, RemovalCause cause) {
    boolean isOutdated =
        switch (cause) {
          case LEVEL, EVICTED, COLLECTED -> false; // the store may have it, or have it again
          case EXPIRED -> false; // what persists has the time to live of the store
          case REMOVED, RESET, REPLACED -> true;
        };
    if (persisted != null && entry.isPersisting() && isOutdated && !table.isClosed()) {
      persisted.order(entry.name(), null);
    }
  }

  /** Drops the copies of an entry that left; its value if it was held by reference. */
  @Nullable Object letGo(Entry entry, @Nullable Object held) {
    if (entry.isPersisting()) {
      carryOut(entry.name());
    }
    if (held instanceof TensorKey key) {
      copies.remove(key);
      tiers.remove(key);
      return null;
    }
    return held;
  }

  /** True if the store has an entry, which may not have been in memory. */
  boolean isStored(String name) {
    return persisted != null && persisted.contains(name);
  }

  /** Makes a change of an entry that the store takes part in. */
  <R> R changing(String name, Function<StoreOrder, R> change) {
    R result =
        change.apply(
            isKept -> {
              if (persisted != null) {
                persisted.order(name, null);
              }
            });
    carryOut(name);
    return result;
  }

  /** Removes all of the scope from the store that was not written since. */
  void resetStored(EntryTable table) {
    if (persisted != null) {
      for (String name : persisted.names()) {
        table.resetStored(name, isKept -> persisted.order(name, null));
        persisted.carryOut(name);
      }
    }
  }

  boolean canPersist() {
    return persisted != null;
  }
}
