package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.scope.Removal;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.ScopeListener;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One scope: its entries, its children, and where their values lie. Safe for use by several
 * threads; holds no lock while a computation or a listener runs.
 */
public final class ScopeState<T> implements Leaving {
  private final Scopes scopes;
  private final @Nullable ScopeState<T> parent;
  private final List<String> names;
  private final String path;
  private final ValueTypes<T> types;
  private final ScopeSettings settings;
  private final EntryTable table;
  private final LongAdder listenerFailures = new LongAdder();
  private final ScopeValues values;
  private final ScopeCalls calls;
  private final Map<String, ScopeState<T>> children = new TreeMap<>(); // guarded by childrenLock
  private final RankedLock childrenLock = new RankedLock(Rank.SCOPE_CHILDREN);
  private final int number;

  public ScopeState(
      Scopes scopes,
      @Nullable ScopeState<T> parent,
      List<String> names,
      ValueTypes<T> types,
      ScopeSettings settings) {
    this.scopes = scopes;
    this.parent = parent;
    this.names = names;
    this.path = String.join("/", names);
    this.types = types;
    this.settings = settings;
    this.table =
        new EntryTable(
            settings.retention(), settings.level(), settings.bounds(), settings.clock(), this);
    this.number = scopes.register(this);
    this.values =
        new ScopeValues(scopes, path, number, settings.retention().isCopy(), newPersisted());
    this.calls = new ScopeCalls(this, table, values);
  }

  private @Nullable PersistedEntries newPersisted() {
    PersistedRows rows = scopes.rows().persisted();
    ComputationDigest fingerprint = settings.fingerprint();
    return rows == null || fingerprint == null
        ? null
        : new PersistedEntries(rows, fingerprint, names);
  }

  /** The open scope under these options, if they are its own. */
  @SuppressWarnings("unchecked") // the tensor type is the same
  static <T> ScopeState<T> same(
      ScopeState<?> open, ValueTypes<T> types, UnaryOperator<ScopeSettings> options) {
    Class<?> there = open.types.adapter().type();
    if (there != types.adapter().type()) {
      throw new IllegalStateException(
          "scope \""
              + open.path
              + "\" is open for "
              + there.getName()
              + ", not for "
              + types.adapter().type().getName());
    }
    ScopeSettings wanted = options.apply(open.settings);
    if (!wanted.equals(open.settings)) {
      throw new IllegalStateException(
          "scope \"" + open.path + "\" is open with " + open.settings + ", not with " + wanted);
    }
    return (ScopeState<T>) open;
  }

  public String name() {
    return names.get(names.size() - 1);
  }

  public String path() {
    return path;
  }

  int number() {
    return number;
  }

  Scopes scopes() {
    return scopes;
  }

  /** The kinds of values that its entries can hold. */
  public ValueTypes<T> types() {
    return types;
  }

  public ScopeSettings settings() {
    return settings;
  }

  public EntryTable table() {
    return table;
  }

  public ScopeCalls calls() {
    return calls;
  }

  public void moveTo(String device) {
    for (Entry entry : table.list(true)) {
      Object held = entry.held();
      ValueType<?> type = held == null ? null : types.of(held);
      if (type != null) {
        move(type, entry, held, device);
      }
    }
    adapterHas(device);
    children().forEach(child -> child.moveTo(device));
  }

  private <V> void move(ValueType<V> type, Entry entry, Object held, String device) {
    V value = type.accept(held);
    if (value != null && type.isUsable(value)) {
      V moved = type.movedTo(value, device);
      if (moved != value) {
        table.refresh(entry, table.byReference(type, moved, entry.level(), entry.byteCount()));
      }
    }
  }

  /** Refuses a device that is not there, also when nothing is held by reference. */
  private void adapterHas(String device) {
    if (settings.retention().isCopy()) {
      TensorAdapter<T> adapter = types.adapter();
      T probe = adapter.allocate(TensorSpec.of(DType.UINT8, 0));
      T moved = adapter.moveTo(probe, device);
      adapter.release(probe);
      if (moved != probe) {
        adapter.release(moved);
      }
    }
  }

  public void checkOpen() {
    scopes.state().checkOpen();
    if (table.isClosed()) {
      throw whenClosed();
    }
  }

  @Override
  public IllegalStateException whenClosed() {
    return new IllegalStateException("scope \"" + path + "\" is closed or was removed");
  }

  /** The child of this name: opened now, or the one that is open. */
  public ScopeState<T> child(String name, UnaryOperator<ScopeSettings> options) {
    Names.check("scope", name);
    try {
      childrenLock.lock();
      checkOpen();
      ScopeState<T> open = children.get(name);
      if (open != null) {
        return same(open, types, options);
      }
      List<String> path = new ArrayList<>(names);
      path.add(name);
      ScopeSettings given = options.apply(settings.withLevel(table.level()));
      ScopeState<T> child = new ScopeState<>(scopes, this, List.copyOf(path), types, given);
      children.put(name, child);
      return child;
    } finally {
      childrenLock.unlock();
    }
  }

  public List<ScopeState<T>> children() {
    try {
      childrenLock.lock();
      return List.copyOf(children.values());
    } finally {
      childrenLock.unlock();
    }
  }

  /** Closes it with its children. What persists stays in the store. */
  public void close(boolean tells) {
    table.close(tells);
    children().forEach(child -> child.close(tells));
    scopes.closed(this);
    if (parent != null) {
      try {
        parent.childrenLock.lock();
        parent.children.remove(name(), this);
      } finally {
        parent.childrenLock.unlock();
      }
    }
    tell();
  }

  @Override
  public void leaves(Entry entry, RemovalCause cause) {
    values.leaves(table, entry, cause);
  }

  @Override
  public void left(Entry entry, @Nullable Object held, RemovalCause cause) {
    Object value = values.letGo(entry, held);
    ScopeListener listener = settings.listener();
    if (listener != null) {
      Removal removal = new Removal(path, entry.name(), entry.level(), cause, value);
      scopes.removals().add(removal, listener, listenerFailures);
    }
  }

  /** A tier dropped a copy. */
  void rowEvicted(TensorKey key) {
    values.evicted(table, key);
  }

  public void reset(boolean persisting, boolean recurse, Set<String> sparedGroups) {
    table.reset(persisting, sparedGroups);
    if (persisting && sparedGroups.isEmpty()) { // the store knows no groups
      values.resetStored(table);
    }
    if (recurse) {
      children().forEach(child -> child.reset(persisting, true, sparedGroups));
    }
    tell();
  }

  public void level(CacheLevel level) {
    table.setLevel(level);
    children().forEach(child -> child.lowerTo(level));
    tell();
  }

  /** A child may have been opened above the level of its parent. */
  private void lowerTo(CacheLevel level) {
    if (table.level().compareTo(level) > 0) {
      table.setLevel(level);
    }
    children().forEach(child -> child.lowerTo(level));
  }

  public void trimTo(CacheLevel limit) {
    table.trimTo(limit);
    children().forEach(child -> child.trimTo(limit));
    tell();
  }

  public ScopeStats stats() {
    table.expire();
    table.collect();
    table.dropClosed();
    tell();
    EntryCounts counts = table.counts();
    return new ScopeStats(
        counts.hits.sum(),
        counts.misses.sum(),
        counts.evictions.sum(),
        counts.collected.sum(),
        table.size(),
        counts.bytes(),
        listenerFailures.sum());
  }

  /** Tells what left, unless this thread computes an entry. */
  public void tell() {
    scopes.tell();
  }
}
