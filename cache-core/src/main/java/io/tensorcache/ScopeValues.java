package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.scope.Entry;
import io.tensorcache.internal.scope.EntryTable;
import io.tensorcache.internal.scope.Freshness;
import io.tensorcache.internal.scope.RowValues;
import io.tensorcache.internal.scope.Terms;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a scope lie: held by reference in their entries, as copies in the tiers, and,
 * if they persist, in the store. Safe for use by several threads.
 */
final class ScopeValues {
  private final CacheCore core;
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
      CacheCore core,
      String path,
      int number,
      boolean areCopies,
      @Nullable PersistedEntries persisted) {
    this.core = core;
    this.path = path;
    this.number = number;
    this.areCopies = areCopies;
    this.persisted = persisted;
    StoreConfig store = core.config().store();
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
    RowSchema schema = core.tiers().schema(key);
    if (schema == null) {
      return null;
    }
    checkType(type, name, schema);
    return unlessRefused(
        () -> RowValues.read(type, schema, target -> core.tiers().read(key, target).isHit()));
  }

  /**
   * A record may have become stricter since its values were stored: then they are computed anew.
   */
  private <V> @Nullable V unlessRefused(Supplier<@Nullable V> reading) {
    try {
      return reading.get();
    } catch (CorruptEntryException e) {
      core.failed(e);
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
    RowSchema schema = persisted == null ? null : persisted.schema(name);
    if (persisted == null || schema == null) {
      return null;
    }
    checkType(type, name, schema);
    return unlessRefused(() -> persisted.read(name, schema, type));
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
   * @param removals of the table, before the value was read
   */
  <V> void remember(
      EntryTable table, ValueType<V> type, String name, Terms terms, V value, long removals) {
    if (timeToLive != null) {
      return; // only the store knows its age
    }
    Kept kept = keep(table, type, value, terms.level(), true);
    settle(table, table.addRead(name, terms, kept.holding(), removals), kept);
  }

  /** The same for an entry whose value is no longer in memory. */
  <V> void rememberAgain(EntryTable table, ValueType<V> type, Entry before, V value) {
    if (before.held() instanceof TensorKey key && core.tiers().contains(key)) {
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
   * Keeps a value.
   *
   * @param replaces whether it takes the place of an entry that is there; else that one stays
   * @return what can be handed to who waits for it; null if it was to replace and is not kept
   */
  <V> @Nullable Object store(
      EntryTable table,
      ValueType<V> type,
      String name,
      Terms terms,
      V value,
      Freshness freshness,
      boolean replaces) {
    Kept kept;
    try {
      kept = keep(table, type, value, terms.level(), terms.persisting());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "entry \"" + name + "\" of scope \"" + path + "\" cannot be kept: " + e.getMessage(), e);
    }
    Row row = kept.row();
    Entry entry =
        kept.isInMemory() || terms.persisting() && row != null
            ? table.add(name, withTimeToLive(terms), kept.holding(), freshness, replaces)
            : null;
    settle(table, entry, kept);
    if (entry != null && terms.persisting() && persisted != null && row != null) {
      persisted.write(name, row, () -> table.isCurrent(entry));
      table.removedFromStore(name); // what was there before
    }
    if (entry == null && replaces) {
      return null;
    }
    return areCopies ? row : value;
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
    TensorKey key = core.scopes().newKey();
    if (row == null || !core.tiers().store(key, row)) {
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
        if (!core.tiers().contains(key)) { // evicted before it was known
          evicted(table, key);
        }
        return;
      }
      copies.remove(key); // it left meanwhile
    }
    core.tiers().remove(key);
  }

  /** A tier dropped a copy. What persists is in the store still. */
  void evicted(EntryTable table, TensorKey key) {
    Entry entry = copies.remove(key);
    if (entry != null && !(entry.isPersisting() && entry.replaceHeld(key, null))) {
      table.leave(entry, RemovalCause.EVICTED);
    }
  }

  /** Drops the copies of an entry that left; its value if it was held by reference. */
  @Nullable Object letGo(EntryTable table, Entry entry, @Nullable Object held, RemovalCause cause) {
    boolean isOutdated =
        switch (cause) {
          case LEVEL, EVICTED, COLLECTED -> false; // the store may have it, or have it again
          case EXPIRED -> false; // what persists has the time to live of the store
          case REMOVED, RESET, REPLACED -> true;
        };
    if (entry.isPersisting() && isOutdated && !table.isClosed()) {
      forgetPersisted(table, entry.name());
    }
    if (held instanceof TensorKey key) {
      copies.remove(key);
      core.tiers().remove(key);
      return null;
    }
    return held;
  }

  private void forgetPersisted(EntryTable table, String name) {
    if (persisted != null) {
      persisted.remove(name, () -> table.isWritten(name));
      table.removedFromStore(name);
    }
  }

  /** Removes an entry from the store that may not have been in memory; true if it was there. */
  boolean removePersisted(EntryTable table, String name) {
    boolean wasThere = persisted != null && persisted.contains(name);
    if (wasThere) {
      forgetPersisted(table, name);
    }
    return wasThere;
  }

  /** The same for all of the scope. */
  void removeAllPersisted(EntryTable table) {
    if (persisted != null) {
      persisted.names().forEach(name -> forgetPersisted(table, name));
    }
  }

  boolean canPersist() {
    return persisted != null;
  }
}
