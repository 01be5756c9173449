package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.scope.Entry;
import io.tensorcache.internal.scope.ScopeState;
import io.tensorcache.internal.scope.ScopeText;
import io.tensorcache.internal.scope.Terms;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.stats.ScopeStats;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A named group of entries with a level, rules about what is kept, and child scopes. Safe for use
 * by several threads.
 *
 * <p>An entry is kept if its level is at most that of the scope; one of level {@code NONE} always
 * is. By default values are copied and each hit is a fresh tensor, owned by the caller; {@link
 * io.tensorcache.scope.Retention} says how to hold them by reference. What a computation returns
 * stays the caller's.
 *
 * <p>Names have 1 to 255 characters. Those that begin with {@code _} are private: not listed unless
 * asked for.
 * <!-- region: scope, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
 * scope.put("sample", x);
 * HostTensor k = scope.get("K", () -> kernelMatrix(x)); // computed once
 * HostTensor again = scope.get("K", () -> kernelMatrix(x)); // a copy of it
 * scope.child("layer1").put("weights", x); // a scope of its own, closed with this one
 * scope.remove("K");
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public final class Scope<T> implements AutoCloseable {
  private static final Terms NORMAL = Terms.of(CacheLevel.NORMAL);

  private final ScopeState<T> state;

  Scope(ScopeState<T> state) {
    this.state = state;
  }

  @SuppressWarnings("ConstantValue") // a caller may give null whatever the type says
  static <V> V required(String name, V given) {
    if (given == null) {
      throw new IllegalArgumentException(
          "entry \"" + name + "\": no value and no computation is given; getIfPresent only looks");
    }
    return given;
  }

  /** Returns the name it was opened under. */
  public String name() {
    return state.name();
  }

  /** Returns the names of its parents and its own, with a slash between them. */
  public String path() {
    return state.path();
  }

  /** Returns what is kept now: entries of at most this level. */
  public CacheLevel level() {
    return state.table().level();
  }

  /**
   * Sets what is kept. Entries above it leave, unless they were forced; children above it get this
   * level too.
   */
  public void level(CacheLevel level) {
    Objects.requireNonNull(level, "level is null: NONE keeps nothing above it");
    state.checkOpen();
    state.level(level);
  }

  /** Returns the levels of level keys. */
  public LevelTable levels() {
    return state.settings().levels();
  }

  /** Returns the child of this name, opened with the options of this scope unless it is open. */
  public Scope<T> child(String name) {
    return childBuilder(name).open();
  }

  /** Starts a child with options: set them on what is returned, then {@code open}. */
  public ScopeBuilder<T> childBuilder(String name) {
    return new ScopeBuilder<>(options -> state.child(name, options));
  }

  /** Returns the names of the open children, in order. */
  public List<String> children() {
    return state.children().stream().map(ScopeState::name).toList();
  }

  /**
   * Closes a child with its own children; who uses it still gets {@link IllegalStateException}, and
   * what is being computed in it is returned and not kept. What persists stays in the store.
   *
   * @return false if there is no such child
   */
  public boolean removeChild(String name) {
    state.checkOpen();
    for (ScopeState<T> child : state.children()) {
      if (child.name().equals(name)) {
        child.close(true);
        return true;
      }
    }
    return false;
  }

  /** Names an entry that is a tensor, to say on what terms it is kept. */
  public ScopeEntry<T> entry(String name) {
    return new ScopeEntry<>(state, state.types().tensor(), name);
  }

  /**
   * Names an entry that is a record of tensors and scalars: primitives, strings and enums.
   *
   * @throws IllegalArgumentException if the type is not a record of these, naming the component
   */
  public <R extends Record> ScopeEntry<R> entry(String name, Class<R> type) {
    return new ScopeEntry<>(state, state.types().record(type), name);
  }

  /** Names an entry that is a tuple of tensors. */
  public ScopeEntry<List<T>> tuple(String name) {
    return new ScopeEntry<>(state, state.types().tuple(), name);
  }

  /** Names an entry that is several tensors by name. */
  public ScopeEntry<Outputs<T>> outputs(String name) {
    return new ScopeEntry<>(state, new OutputsType<>(state.types().adapter()), name);
  }

  /**
   * Returns the entry of this name. It is computed, and kept at level {@code NORMAL}, if it is not
   * there, in memory or in the store. Several threads that ask at the same time compute once; none
   * waits for what began before the entry, or one that it depends on, was changed. Throws what the
   * computation throws, checked exceptions included; nothing is kept then.
   *
   * @throws IllegalStateException after close; if the entry holds a value of another kind; or if
   *     the computation asks for the entry itself, by whatever way, with the cycle
   * @throws IllegalArgumentException if the name is not possible, or the value cannot be kept
   * @throws io.tensorcache.error.FunctionContractException if the computation returns null
   */
  public T get(String name, Computation<T> computation) {
    return state.calls().get(state.types().tensor(), name, NORMAL, required(name, computation));
  }

  /**
   * Returns the entry of this name, computed and kept at a level if it is not there. See {@link
   * #get(String, Computation)}.
   */
  public T get(String name, CacheLevel level, Computation<T> computation) {
    return state
        .calls()
        .get(state.types().tensor(), name, Terms.of(level), required(name, computation));
  }

  /**
   * Returns the entry of this name, computed and kept at the level of a key of the level table if
   * it is not there. See {@link #get(String, Computation)}.
   */
  public T get(String name, String levelKey, Computation<T> computation) {
    return get(name, levels().level(levelKey), computation);
  }

  /**
   * Returns the entry of this name, computed and kept at a level, and persisting or not, if it is
   * not there. See {@link #get(String, Computation)} and {@link ScopeEntry#persisting}.
   */
  public T get(String name, CacheLevel level, boolean persisting, Computation<T> computation) {
    return entry(name).level(level).persisting(persisting).get(computation);
  }

  /**
   * Returns the record of this name, computed and kept at level {@code NORMAL} if it is not there.
   * See {@link #entry(String, Class)}.
   */
  public <R extends Record> R get(String name, Class<R> type, Computation<R> computation) {
    return entry(name, type).get(computation);
  }

  /** Returns the tensor of this name if it is there, and null if not. */
  public @Nullable T getIfPresent(String name) {
    return state.calls().getIfPresent(state.types().tensor(), name, NORMAL);
  }

  /** Keeps a tensor at level {@code NORMAL} in place of what is there. */
  public void put(String name, T value) {
    entry(name).put(value);
  }

  /** Keeps a tensor at a level in place of what is there. */
  public void put(String name, CacheLevel level, T value) {
    entry(name).level(level).put(value);
  }

  /**
   * Returns the entry of this name, computed and kept, whatever the level of this scope, if it is
   * not there. See {@link ScopeEntry#force}.
   */
  public T force(String name, CacheLevel level, Computation<T> computation) {
    return entry(name).level(level).force(true).get(computation);
  }

  /** Reads once: returns the tensor if it is there, which then leaves, and null if not. */
  public @Nullable T take(String name) {
    return entry(name).take();
  }

  /**
   * Reads once: returns the tensor if it is there, which then leaves, or else what is computed,
   * which is not kept.
   */
  public T take(String name, Computation<T> computation) {
    return entry(name).take(computation);
  }

  /**
   * Removes entries, from the store too, with what was computed from them. What another thread is
   * computing for such an entry is not kept.
   *
   * @return how many of them there were, or were being computed
   */
  public int remove(String... names) {
    state.checkOpen();
    int removed = 0;
    try {
      for (String name : names) {
        removed += state.calls().remove(name) ? 1 : 0;
      }
    } finally {
      state.tell();
    }
    return removed;
  }

  /** Removes every entry that does not persist. */
  public void reset() {
    reset(false, false);
  }

  /**
   * Removes entries, with what was computed from them.
   *
   * @param persisting those that persist too, from the store too
   * @param recurse those of the children too
   */
  public void reset(boolean persisting, boolean recurse) {
    reset(persisting, recurse, Set.of());
  }

  /**
   * Removes entries, with what was computed from them, and spares those of these groups; see {@link
   * ScopeEntry#group}. The store knows no groups: if any is spared, persisting entries of earlier
   * programs that were not read in this one stay.
   */
  public void reset(boolean persisting, boolean recurse, Set<String> sparedGroups) {
    Objects.requireNonNull(sparedGroups, "sparedGroups is null: an empty set spares none");
    state.checkOpen();
    state.reset(persisting, recurse, sparedGroups);
  }

  /** Drops what is above a level, forced or not, here and in the children. The level stays. */
  public void trimTo(CacheLevel level) {
    Objects.requireNonNull(level, "level is null: NONE drops all above it");
    state.checkOpen();
    state.trimTo(level);
  }

  /**
   * Moves what this scope and its children hold by reference to another device; later hits return
   * the moved tensors. Copies are kept as bytes and stay where they are.
   *
   * @param device "cpu", or what the engine calls it
   * @throws IllegalArgumentException if there is no such device
   */
  public void moveTo(String device) {
    state.checkOpen();
    state.moveTo(device);
  }

  /** Returns the names of the entries in memory, sorted, without private ones. */
  public List<String> names() {
    return names(false);
  }

  /** Returns the names of the entries in memory, sorted. */
  public List<String> names(boolean includePrivate) {
    state.checkOpen();
    List<String> names = state.table().list(includePrivate).stream().map(Entry::name).toList();
    state.tell();
    return names;
  }

  /** Prints the scope and its children to standard output, without private entries. */
  public void print() {
    print(false);
  }

  /**
   * Prints the scope and its children to standard output: of each entry the name, level, whether it
   * persists, dtype, shape, bytes, where it lies, and its first values.
   */
  public void print(boolean includePrivate) {
    System.out.print(describe(includePrivate));
  }

  /** Returns what {@link #print(boolean)} prints. */
  public String describe(boolean includePrivate) {
    state.checkOpen();
    return ScopeText.of(state, includePrivate);
  }

  /** Returns what this scope did, without its children. It works after close. */
  public ScopeStats stats() {
    return state.stats();
  }

  /**
   * Drops every entry from memory and closes the children. What persists stays in the store. Later
   * calls throw {@link IllegalStateException}; closing again does nothing.
   */
  @Override
  public void close() {
    state.close(true);
  }

  /** Says the path, the level and how much is held. */
  @Override
  public String toString() {
    return "Scope \"" + path() + "\" at " + level() + ", " + state.table().size() + " entries";
  }
}
