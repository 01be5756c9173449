package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.scope.Entry;
import io.tensorcache.internal.scope.EntryTable;
import io.tensorcache.internal.scope.Flights;
import io.tensorcache.internal.scope.ListType;
import io.tensorcache.internal.scope.RecordType;
import io.tensorcache.internal.scope.RowValues;
import io.tensorcache.internal.scope.TensorType;
import io.tensorcache.internal.scope.Terms;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.scope.Computation;
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
  private final @Nullable PersistedEntries persisted;
  private final Map<Class<?>, RecordType<T, ?>> recordTypes = new ConcurrentHashMap<>();
  private final Map<TensorKey, Entry> copies = new ConcurrentHashMap<>();
  private final Map<String, ScopeState<T>> children = new TreeMap<>(); // guarded by this
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
    PersistedRows rows = core.persisted();
    Fingerprint fingerprint = settings.fingerprint();
    this.persisted =
        rows == null || fingerprint == null
            ? null
            : new PersistedEntries(rows, core.scopes().flights(), fingerprint, names);
    this.number = core.scopes().register(this);
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
        table.refresh(entry, table.byReference(moved, entry.level(), entry.byteCount()));
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
      throw new IllegalStateException("scope \"" + path + "\" is closed or was removed");
    }
  }

  // Children

  Scope<T> child(String name, ScopeBuilder<T> options) {
    Names.check("scope", name);
    synchronized (this) {
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
    }
  }

  List<ScopeState<T>> children() {
    synchronized (this) {
      return List.copyOf(children.values());
    }
  }

  /** Closes it with its children. What persists stays in the store. */
  void close(boolean tells) {
    table.close(tells);
    children().forEach(child -> child.close(tells));
    core.scopes().closed(this);
    if (parent != null) {
      synchronized (parent) {
        parent.children.remove(name(), this);
      }
    }
    tell();
  }

  // Look-ups

  /** The value of an entry, which counts as a hit; null if it is not there. */
  <V> @Nullable V lookUp(ValueType<V> type, String name) {
    Entry entry = table.find(name);
    if (entry == null) {
      return null;
    }
    Object held = entry.held();
    V value = held == null ? null : type.accept(held);
    if (value != null && type.isUsable(value)) {
      table.counts().hits.increment();
      return value;
    }
    return lookUpElsewhere(type, entry, held);
  }

  private <V> @Nullable V lookUpElsewhere(ValueType<V> type, Entry entry, @Nullable Object held) {
    V value = null;
    if (held instanceof TensorKey key) {
      RowSchema schema = core.schema(key);
      if (schema != null) {
        checkType(type, entry.name(), schema);
        value = RowValues.read(type, schema, target -> core.read(key, target).isHit());
      }
    } else if (held != null && type.accept(held) == null) {
      throw wrongType(type, entry.name(), "a " + held.getClass().getName());
    }
    if (value == null && entry.isPersisting()) {
      value = load(type, entry.name(), Terms.of(entry.level()), entry);
    } else if (value == null) {
      boolean isCopy = held instanceof TensorKey;
      table.leave(entry, isCopy ? RemovalCause.EVICTED : RemovalCause.COLLECTED);
    }
    if (value != null) {
      table.counts().hits.increment();
    }
    return value;
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
   * A value from the store, which is kept in memory again; null if it is not there.
   *
   * @param before the entry whose value is no longer in memory, or null
   */
  private <V> @Nullable V load(
      ValueType<V> type, String name, Terms terms, @Nullable Entry before) {
    PersistedEntries store = persisted;
    RowSchema schema = store == null ? null : store.schema(name);
    if (store == null || schema == null) {
      if (before != null) {
        table.leave(before, RemovalCause.EVICTED);
      }
      return null;
    }
    checkType(type, name, schema);
    V value = store.read(name, schema, type);
    if (value == null) {
      return null;
    }
    Kept kept = keep(type, value, terms.level(), true);
    if (before != null && before.held() instanceof TensorKey gone) {
      copies.remove(gone);
    }
    Entry entry =
        before == null
            ? table.add(name, terms, kept.holding(), () -> true, false)
            : table.refresh(before, kept.holding());
    settle(entry, kept);
    return value;
  }

  /** The value of an entry in memory or in the store; null if it is in neither. */
  <V> @Nullable V getIfPresent(ValueType<V> type, String name, Terms terms) {
    V value = lookUp(type, name);
    if (value == null) {
      checkOpen();
      Names.check("entry", name);
      if (persisted != null) {
        value = load(type, name, asPersisting(terms), null);
        (value == null ? table.counts().misses : table.counts().hits).increment();
      } else {
        table.counts().misses.increment();
      }
      tell();
    }
    return value;
  }

  private static Terms asPersisting(Terms terms) {
    return new Terms(terms.level(), true, terms.forced(), null, terms.group(), List.of());
  }

  // Computing

  <V> V get(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = lookUp(type, name);
    return value == null ? compute(type, name, terms, computation) : value;
  }

  private <V> V compute(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    checkOpen();
    Names.check("entry", name);
    check(name, terms);
    boolean isShared = table.keeps(terms) || terms.persisting();
    try {
      while (true) {
        Flights.Flight flight =
            core.scopes().flights().start(table, path + "/" + name, name, isShared);
        if (flight.isMine()) {
          try (flight) {
            return computeIfAbsent(type, name, terms, computation, flight);
          }
        }
        Object handed = core.scopes().flights().await(flight);
        if (handed != null) {
          table.counts().hits.increment();
          return handedOut(type, name, handed);
        }
        isShared = flight.hasLanded(); // else: interrupted, or the other one hangs
      }
    } finally {
      tell();
    }
  }

  private <V> V handedOut(ValueType<V> type, String name, Object handed) {
    if (handed instanceof Row row) {
      checkType(type, name, row.schema());
      return RowValues.of(type, row);
    }
    V value = type.accept(handed);
    if (value == null) {
      throw wrongType(type, name, "a " + handed.getClass().getName());
    }
    return value;
  }

  /** It may have come between the first look-up and the start of the flight. */
  private <V> V computeIfAbsent(
      ValueType<V> type,
      String name,
      Terms terms,
      Computation<V> computation,
      Flights.Flight flight) {
    V value = lookUp(type, name);
    if (value == null && terms.persisting()) {
      value = load(type, name, terms, null);
      if (value != null) {
        table.counts().hits.increment();
      }
    }
    if (value != null) {
      return value;
    }
    table.counts().misses.increment();
    EntryTable.Freshness freshness = table.freshness(name, terms.sources());
    value = run(name, computation);
    if (table.keeps(terms) || terms.persisting()) {
      flight.land(store(type, name, terms, value, freshness, false));
    }
    return value;
  }

  @SuppressWarnings("ConstantValue") // the computation is the user's: it may return null
  private <V> V run(String name, Computation<V> computation) {
    core.inFlight().enterFunction();
    V value;
    try {
      value = computation.compute();
    } catch (Throwable e) {
      throw ScopeState.<RuntimeException>unchecked(e);
    } finally {
      core.inFlight().leaveFunction();
    }
    if (value == null) {
      throw new FunctionContractException(
          "the computation of entry \"" + name + "\" of scope \"" + path + "\" returned null");
    }
    return value;
  }

  /** What the computation threw, checked or not, is the caller's: no wrapper of ours hides it. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X unchecked(Throwable e) throws X {
    throw (X) e;
  }

  <V> V overwrite(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    checkOpen();
    Names.check("entry", name);
    check(name, terms);
    try (Flights.Flight flight =
        core.scopes().flights().start(table, path + "/" + name, name, false)) {
      EntryTable.Freshness freshness = table.freshness(name, terms.sources());
      V value = run(name, computation);
      replace(type, name, terms, value, freshness);
      flight.land(null);
      return value;
    } finally {
      tell();
    }
  }

  /** What an entry holds now, which then leaves; null if it is not there. */
  <V> @Nullable V take(ValueType<V> type, String name) {
    checkOpen();
    Names.check("entry", name);
    try {
      V value = null;
      for (Entry entry; value == null && (entry = table.find(name)) != null; ) {
        Entry found = entry;
        V read = lookUp(type, name);
        if (read == null) {
          break;
        }
        value = table.leave(found, RemovalCause.REMOVED) ? read : null; // else another took it
      }
      if (value == null && persisted != null) {
        value = load(type, name, asPersisting(Terms.of(CacheLevel.NONE)), null);
        return value == null || !table.remove(name, RemovalCause.REMOVED) ? null : value;
      }
      return value;
    } finally {
      tell();
    }
  }

  /** The same, or else what is computed for this caller alone. */
  <V> V take(ValueType<V> type, String name, Terms terms, Computation<V> computation) {
    V value = take(type, name);
    if (value != null) {
      return value;
    }
    check(name, terms);
    try (Flights.Flight flight =
        core.scopes().flights().start(table, path + "/" + name, name, false)) {
      table.counts().misses.increment();
      value = run(name, computation);
      flight.land(null);
      return value;
    }
  }

  // Storing

  <V> void put(ValueType<V> type, String name, Terms terms, V value) {
    checkOpen();
    Names.check("entry", name);
    check(name, terms);
    try {
      replace(type, name, terms, value, table.freshness(name, terms.sources()));
    } finally {
      tell();
    }
  }

  private <V> void replace(
      ValueType<V> type, String name, Terms terms, V value, EntryTable.Freshness freshness) {
    if (store(type, name, terms, value, freshness, true) == null) {
      table.remove(name, RemovalCause.REPLACED); // a value that is not kept outdates one that is
    }
    table.changed(name, RemovalCause.REPLACED);
  }

  /**
   * What keeping a value takes.
   *
   * @param row its copy, or null if none is made
   * @param key of its copy in memory, or null if it is not there
   */
  private record Kept(Entry.Holding holding, @Nullable Row row, @Nullable TensorKey key) {}

  private <V> Kept keep(ValueType<V> type, V value, CacheLevel level, boolean persisting) {
    List<ValueType.Part> parts = type.parts(value);
    long byteCount = parts.stream().mapToLong(part -> part.view().spec().byteCount()).sum();
    boolean isCopy = settings.retention().isCopy();
    if (!isCopy && !persisting) {
      return new Kept(table.byReference(value, level, byteCount), null, null);
    }
    type.checkCopy(value);
    Row row = RowValues.copy(parts, number);
    if (!isCopy) {
      return new Kept(table.byReference(value, level, byteCount), row, null);
    }
    TensorKey key = core.scopes().newKey();
    boolean isInMemory = row != null && core.storeInMemory(key, row);
    return new Kept(
        new Entry.Holding(isInMemory ? key : null, null, byteCount), row, isInMemory ? key : null);
  }

  /** The copy in memory belongs to this entry, or is dropped if there is none. */
  private void settle(@Nullable Entry entry, Kept kept) {
    TensorKey key = kept.key();
    if (key == null) {
      return;
    }
    if (entry == null) {
      core.dropFromMemory(key);
      return;
    }
    copies.put(key, entry);
    if (entry.held() != key) { // it left meanwhile
      copies.remove(key);
      core.dropFromMemory(key);
    } else if (!core.isInMemory(key)) { // evicted before it was known
      rowEvicted(key);
    }
  }

  /** Keeps a value; what can be handed to who waits for it, or null if it was not kept. */
  private <V> @Nullable Object store(
      ValueType<V> type,
      String name,
      Terms terms,
      V value,
      EntryTable.Freshness freshness,
      boolean replaces) {
    Kept kept;
    try {
      kept = keep(type, value, terms.level(), terms.persisting());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "entry \"" + name + "\" of scope \"" + path + "\" cannot be kept: " + e.getMessage(), e);
    }
    Row row = kept.row();
    boolean isSomewhere = kept.holding().strong() != null || kept.holding().weak() != null;
    Entry entry =
        isSomewhere || terms.persisting() && row != null
            ? table.add(name, terms, kept.holding(), freshness, replaces)
            : null;
    settle(entry, kept);
    if (entry != null && terms.persisting() && persisted != null && row != null) {
      persisted.write(name, row, () -> table.isCurrent(entry));
    }
    if (entry == null && replaces) {
      return null;
    }
    return settings.retention().isCopy() ? row : value;
  }

  /** A tier dropped a copy. What persists is in the store still. */
  void rowEvicted(TensorKey key) {
    Entry entry = copies.remove(key);
    if (entry != null && !(entry.isPersisting() && entry.replaceHeld(key, null))) {
      table.leave(entry, RemovalCause.EVICTED);
    }
  }

  @Override
  public void left(Entry entry, @Nullable Object held, RemovalCause cause) {
    Object value = held;
    if (held instanceof TensorKey key) {
      copies.remove(key);
      core.dropFromMemory(key);
      value = null;
    }
    boolean isOutdated = cause != RemovalCause.LEVEL && cause != RemovalCause.EVICTED;
    if (entry.isPersisting() && isOutdated && persisted != null && !table.isClosed()) {
      persisted.remove(entry.name(), () -> table.persists(entry.name()));
    }
    ScopeListener listener = settings.listener();
    if (listener != null) {
      Removal removal = new Removal(path, entry.name(), entry.level(), cause, value);
      core.scopes().removals().add(removal, listener, listenerFailures);
    }
  }

  private void check(String name, Terms terms) {
    if (!terms.persisting()) {
      return;
    }
    String what = "entry \"" + name + "\" of scope \"" + path + "\" is persisting and ";
    if (settings.fingerprint() == null) {
      throw new IllegalStateException(
          what
              + "the scope has no fingerprint: a name outlives what was computed under it, so say"
              + " what identifies the computation, by fingerprint(Fingerprint) on its builder");
    }
    if (persisted == null) {
      throw new IllegalStateException(
          what
              + "cache \""
              + core.config().name()
              + "\" has no store: add store(store -> store.directory(path)) to its builder");
    }
    if (terms.timeToLive() != null || !terms.sources().isEmpty()) {
      throw new IllegalStateException(
          what
              + "has a time to live or depends on other entries, which the store does not know"
              + " of: set timeToLive of the store, and put what it depends on into the fingerprint");
    }
  }

  // The whole scope

  boolean remove(String name) {
    Names.check("entry", name);
    boolean wasThere = table.remove(name, RemovalCause.REMOVED);
    if (persisted != null && persisted.contains(name)) {
      persisted.remove(name, () -> table.persists(name));
      wasThere = true;
    }
    return wasThere;
  }

  void reset(boolean persisting, boolean recurse, Set<String> sparedGroups) {
    table.reset(persisting, sparedGroups);
    if (persisting && persisted != null) {
      for (String name : persisted.names()) {
        persisted.remove(name, () -> table.persists(name));
      }
    }
    if (recurse) {
      children().forEach(child -> child.reset(persisting, true, sparedGroups));
    }
    tell();
  }

  void level(CacheLevel level) {
    table.setLevel(level);
    for (ScopeState<T> child : children()) {
      if (child.table.level().compareTo(level) > 0) {
        child.level(level);
      }
    }
    tell();
  }

  void trimTo(CacheLevel limit) {
    table.trimTo(limit);
    children().forEach(child -> child.trimTo(limit));
    tell();
  }

  ScopeStats stats() {
    table.expire();
    table.collect();
    tell();
    EntryTable.Counts counts = table.counts();
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
