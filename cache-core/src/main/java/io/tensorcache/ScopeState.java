package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.scope.Entry;
import io.tensorcache.internal.scope.EntryCounts;
import io.tensorcache.internal.scope.EntryTable;
import io.tensorcache.internal.scope.ListType;
import io.tensorcache.internal.scope.RecordType;
import io.tensorcache.internal.scope.TensorType;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.scope.Removal;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.ScopeListener;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One scope: its entries, its children, and where their values lie. Safe for use by several
 * threads; holds no lock while a computation or a listener runs.
 */
final class ScopeState<T> implements EntryTable.Leaving {
  private final CacheCore core;
  private final @Nullable ScopeState<T> parent;
  private final List<String> names;
  private final String path;
  private final TensorAdapter<T> adapter;
  private final ScopeSettings settings;
  private final TensorType<T> tensorType;
  private final EntryTable table;
  private final LongAdder listenerFailures = new LongAdder();
  private final ScopeValues values;
  private final ScopeCalls calls;
  private final Map<Class<?>, RecordType<T, ?>> recordTypes = new ConcurrentHashMap<>();
  private final Map<String, ScopeState<T>> children = new TreeMap<>(); // guarded by childrenLock
  private final RankedLock childrenLock = new RankedLock(Rank.SCOPE_CHILDREN);
  private final int number;

  ScopeState(
      CacheCore core,
      @Nullable ScopeState<T> parent,
      List<String> names,
      TensorAdapter<T> adapter,
      ScopeSettings settings) {
    this.core = core;
    this.parent = parent;
    this.names = names;
    this.path = String.join("/", names);
    this.adapter = adapter;
    this.settings = settings;
    this.tensorType = new TensorType<>(adapter);
    this.table =
        new EntryTable(
            settings.retention(), settings.level(), settings.bounds(), settings.clock(), this);
    this.number = core.scopes().register(this);
    this.values =
        new ScopeValues(core, path, number, settings.retention().isCopy(), newPersisted());
    this.calls = new ScopeCalls(this, table, values);
  }

  private @Nullable PersistedEntries newPersisted() {
    PersistedRows rows = core.persisted();
    Fingerprint fingerprint = settings.fingerprint();
    return rows == null || fingerprint == null
        ? null
        : new PersistedEntries(rows, fingerprint, names);
  }

  /** The open scope under these options, if they are its own. */
  @SuppressWarnings("unchecked") // the tensor type is the same
  static <T> Scope<T> same(ScopeState<?> open, TensorAdapter<T> adapter, ScopeBuilder<T> options) {
    if (open.adapter.type() != adapter.type()) {
      throw new IllegalStateException(
          "scope \""
              + open.path
              + "\" is open for "
              + open.adapter.type().getName()
              + ", not for "
              + adapter.type().getName());
    }
    ScopeSettings wanted = options.over(open.settings);
    if (!wanted.equals(open.settings)) {
      throw new IllegalStateException(
          "scope \"" + open.path + "\" is open with " + open.settings + ", not with " + wanted);
    }
    return new Scope<>((ScopeState<T>) open);
  }

  String name() {
    return names.get(names.size() - 1);
  }

  String path() {
    return path;
  }

  int number() {
    return number;
  }

  CacheCore core() {
    return core;
  }

  TensorAdapter<T> adapter() {
    return adapter;
  }

  ScopeSettings settings() {
    return settings;
  }

  EntryTable table() {
    return table;
  }

  ScopeCalls calls() {
    return calls;
  }

  TensorType<T> tensorType() {
    return tensorType;
  }

  @SuppressWarnings("unchecked") // the key is the type of the value
  <R extends Record> RecordType<T, R> recordType(Class<R> type) {
    return (RecordType<T, R>)
        recordTypes.computeIfAbsent(type, key -> new RecordType<>(adapter, type));
  }

  /** The kind of a value that is held by reference. */
  @Nullable ValueType<?> typeOf(Object held) {
    if (adapter.type().isInstance(held)) {
      return tensorType;
    } else if (held instanceof List<?>) {
      return new ListType<>(adapter);
    } else if (held instanceof Outputs<?>) {
      return new OutputsType<>(adapter);
    }
    return recordTypes.get(held.getClass());
  }

  void moveTo(String device) {
    for (Entry entry : table.list(true)) {
      Object held = entry.held();
      ValueType<?> type = held == null ? null : typeOf(held);
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
      T probe = adapter.allocate(TensorSpec.of(DType.UINT8, 0));
      T moved = adapter.moveTo(probe, device);
      adapter.release(probe);
      if (moved != probe) {
        adapter.release(moved);
      }
    }
  }

  void checkOpen() {
    core.checkOpen();
    if (table.isClosed()) {
      throw whenClosed();
    }
  }

  @Override
  public IllegalStateException whenClosed() {
    return new IllegalStateException("scope \"" + path + "\" is closed or was removed");
  }

  Scope<T> child(String name, ScopeBuilder<T> options) {
    Names.check("scope", name);
    childrenLock.lock();
    try {
      checkOpen();
      ScopeState<T> open = children.get(name);
      if (open != null) {
        return same(open, adapter, options);
      }
      List<String> path = new java.util.ArrayList<>(names);
      path.add(name);
      ScopeSettings given = options.over(settings.withLevel(table.level()));
      ScopeState<T> child = new ScopeState<>(core, this, List.copyOf(path), adapter, given);
      children.put(name, child);
      return new Scope<>(child);
    } finally {
      childrenLock.unlock();
    }
  }

  List<ScopeState<T>> children() {
    childrenLock.lock();
    try {
      return List.copyOf(children.values());
    } finally {
      childrenLock.unlock();
    }
  }

  /** Closes it with its children. What persists stays in the store. */
  void close(boolean tells) {
    table.close(tells);
    children().forEach(child -> child.close(tells));
    core.scopes().closed(this);
    if (parent != null) {
      parent.childrenLock.lock();
      try {
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
      core.scopes().removals().add(removal, listener, listenerFailures);
    }
  }

  /** A tier dropped a copy. */
  void rowEvicted(TensorKey key) {
    values.evicted(table, key);
  }

  void reset(boolean persisting, boolean recurse, Set<String> sparedGroups) {
    table.reset(persisting, sparedGroups);
    if (persisting && sparedGroups.isEmpty()) { // the store knows no groups
      values.resetStored(table);
    }
    if (recurse) {
      children().forEach(child -> child.reset(persisting, true, sparedGroups));
    }
    tell();
  }

  void level(CacheLevel level) {
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

  void trimTo(CacheLevel limit) {
    table.trimTo(limit);
    children().forEach(child -> child.trimTo(limit));
    tell();
  }

  ScopeStats stats() {
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

  private void tell() {
    core.scopes().tell();
  }
}
