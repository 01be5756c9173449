package io.tensorcache;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.scope.ScopeState;
import io.tensorcache.internal.scope.Terms;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.scope.Computation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a scope by name, with the terms on which it is kept. Strict: a term set twice
 * throws. Confined to one thread.
 * <!-- region: scope-entry, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * scope.put("sample", x);
 * HostTensor k =
 *     scope
 *         .entry("K")
 *         .level(CacheLevel.LIGHT)
 *         .timeToLive(Duration.ofHours(1))
 *         .dependsOn("sample")
 *         .get(() -> kernelMatrix(x));
 * scope.put("sample", x); // K leaves: what it was computed from is replaced
 * }</pre>
 *
 * @param <V> a tensor, a tuple of tensors, or a record of tensors and scalars
 */
public final class ScopeEntry<V> {
  private final ScopeState<?> scope;
  private final ValueType<V> type;
  private final String name;
  private final Once<CacheLevel> level = new Once<>("level");
  private final Once<Boolean> persisting = new Once<>("persisting");
  private final Once<Boolean> force = new Once<>("force");
  private final Once<Duration> timeToLive = new Once<>("timeToLive");
  private final Once<String> group = new Once<>("group");
  private final Once<List<String>> dependsOn = new Once<>("dependsOn");

  ScopeEntry(ScopeState<?> scope, ValueType<V> type, String name) {
    this.scope = scope;
    this.type = type;
    this.name = name;
  }

  /**
   * Sets its level: it is stored where the level of the scope is at least this. The default is
   * {@code NORMAL}.
   */
  public ScopeEntry<V> level(CacheLevel value) {
    level.set(value);
    return this;
  }

  /**
   * Sets its level by a key of the scope's level table.
   *
   * @throws IllegalArgumentException if the table has no such key, with the nearest ones
   */
  public ScopeEntry<V> levelKey(String key) {
    return level(scope.settings().levels().level(key));
  }

  /**
   * Keeps it in the durable store too: through {@code reset()}, for later programs, and through a
   * crash. The scope must have a fingerprint and the cache a store. The default is {@code false}.
   */
  public ScopeEntry<V> persisting(boolean value) {
    persisting.set(value);
    return this;
  }

  /**
   * Stores it above the scope's level too; {@code trimTo} drops it. The default is {@code false}.
   */
  public ScopeEntry<V> force(boolean value) {
    force.set(value);
    return this;
  }

  /**
   * Sets how long it is served after it was stored. By default it is served as long as it is there.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ScopeEntry<V> timeToLive(Duration value) {
    Duration time = Once.atMostACentury("timeToLive", value);
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("timeToLive(" + value + "): must be positive");
    }
    timeToLive.set(time);
    return this;
  }

  /** Sets the group that {@code reset} can spare it by. The default is none. */
  public ScopeEntry<V> group(String value) {
    group.set(Names.check("group", value));
    return this;
  }

  /**
   * Names the entries of this scope that it is computed from: when one of them is reset, removed,
   * replaced or expires, this one leaves too, and what is being computed for it is not kept. One
   * that is evicted or taken keeps it, until its time to live would have been over. The default is
   * none.
   */
  public ScopeEntry<V> dependsOn(String... names) {
    for (String source : names) {
      Names.check("entry", source);
      if (source.equals(name)) {
        throw new IllegalArgumentException("entry \"" + name + "\" depends on itself");
      }
    }
    dependsOn.set(List.of(names));
    return this;
  }

  private Terms terms() {
    return new Terms(
        level.or(CacheLevel.NORMAL),
        persisting.or(false),
        force.or(false),
        timeToLive.orNull(),
        group.orNull(),
        dependsOn.or(List.of()));
  }

  /**
   * Returns the value: what is there, or else what the computation returns, which is kept on these
   * terms. Several threads that ask at the same time compute once. See {@link Scope#get(String,
   * Computation)}.
   */
  public V get(Computation<V> computation) {
    return scope.calls().get(type, name, terms(), Scope.required(name, computation));
  }

  /**
   * Computes the value anew in place of what is there. Throws as {@link #get} does, and {@link
   * IllegalStateException} if the scope is closed meanwhile. If another thread puts or removes the
   * entry meanwhile, that comes after it.
   */
  public V overwrite(Computation<V> computation) {
    return scope.calls().overwrite(type, name, terms(), Scope.required(name, computation));
  }

  /** Returns the value if it is there, and null if not. */
  public @Nullable V getIfPresent() {
    return scope.calls().getIfPresent(type, name, terms());
  }

  /**
   * Keeps a value on these terms in place of what is there, in the store too. If they do not allow
   * it to be kept, nothing is there afterwards. What another thread is computing for the entry is
   * not kept.
   *
   * @throws IllegalStateException after close, or if the scope is closed meanwhile
   */
  public void put(V value) {
    scope.calls().put(type, name, terms(), Scope.required(name, value));
  }

  /**
   * Returns the value if it is there, which then leaves, and null if not. Of several threads, one
   * gets it.
   */
  public @Nullable V take() {
    return scope.calls().take(type, name);
  }

  /**
   * Returns the value if it is there, which then leaves, or else what the computation returns,
   * which is not kept.
   */
  public V take(Computation<V> computation) {
    return scope.calls().take(type, name, terms(), Scope.required(name, computation));
  }
}
