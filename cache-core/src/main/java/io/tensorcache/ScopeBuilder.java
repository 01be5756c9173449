package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.scope.ScopeSettings;
import io.tensorcache.internal.scope.ScopeState;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Options of a scope. Strict: an option set twice, or other than the open scope of this name has
 * it, throws. What is not set a scope has from its parent, or else from the cache. Confined to one
 * thread.
 * <!-- region: scope-options, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Scope<HostTensor> scope =
 *     cache
 *         .scopeBuilder("kpca", HostTensor.adapter())
 *         .level(CacheLevel.HEAVY) // what is above is not kept
 *         .retention(Retention.STRONG) // by reference: a hit is the same object
 *         .maxEntries(100) // those used longest ago leave first
 *         .open();
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public final class ScopeBuilder<T> {
  private final Function<UnaryOperator<ScopeSettings>, ScopeState<T>> opener;
  private final Once<CacheLevel> level = new Once<>("level");
  private final Once<LevelTable> levels = new Once<>("levels");
  private final Once<Retention> retention = new Once<>("retention");
  private final Once<Long> maxEntries = new Once<>("maxEntries");
  private final Once<ByteSize> maxBytes = new Once<>("maxBytes");
  private final Once<ByteSize> collectEvery = new Once<>("collectEvery");
  private final Once<Fingerprint> fingerprint = new Once<>("fingerprint");
  private final Once<ScopeListener> listener = new Once<>("listener");
  private final Once<InstantSource> clock = new Once<>("clock");

  ScopeBuilder(Function<UnaryOperator<ScopeSettings>, ScopeState<T>> opener) {
    this.opener = opener;
  }

  /**
   * Sets what is stored at first: entries of at most this level. The default is the level of the
   * cache.
   */
  public ScopeBuilder<T> level(CacheLevel value) {
    level.set(value);
    return this;
  }

  /** Sets the levels of level keys. The default is {@link LevelTable#defaults()}. */
  public ScopeBuilder<T> levels(LevelTable value) {
    levels.set(value);
    return this;
  }

  /** Sets how values are held. The default is {@link Retention#COPY}. */
  public ScopeBuilder<T> retention(Retention value) {
    retention.set(value);
    return this;
  }

  /**
   * Sets how many entries are held at most; those used longest ago leave first. Persisting entries
   * stay and do not count. Each scope counts its own entries. By default there is no bound.
   *
   * @throws IllegalArgumentException if it is not at least 1
   */
  public ScopeBuilder<T> maxEntries(long value) {
    if (value < 1) {
      throw new IllegalArgumentException("maxEntries(" + value + "): at least 1");
    }
    maxEntries.set(value);
    return this;
  }

  /**
   * Sets how many bytes of values are held at most; the entries used longest ago leave first, and a
   * larger value is not kept. Persisting entries stay and do not count. Each scope counts its own
   * entries. By default there is no bound but that of the tiers.
   *
   * @throws IllegalArgumentException if it is 0
   */
  public ScopeBuilder<T> maxBytes(ByteSize value) {
    Objects.requireNonNull(value, "maxBytes is null: leave it out for no bound");
    if (value.bytes() < 1) {
      throw new IllegalArgumentException("maxBytes(" + value + ") holds no entry: at least 1 byte");
    }
    maxBytes.set(value);
    return this;
  }

  /**
   * Sets after how many bytes of new values the JVM is asked for a collection ({@link System#gc}),
   * by the thread that adds the value. It is for tensors in native memory that the program lets go
   * of without closing them: that memory stays until a collection, and a Java heap of small objects
   * may see none for long. So no more than this of it waits. By default nobody is asked. The JVM
   * does not listen under {@code -XX:+DisableExplicitGC}.
   *
   * @throws IllegalArgumentException if it is 0
   */
  public ScopeBuilder<T> collectEvery(ByteSize value) {
    Objects.requireNonNull(value, "collectEvery is null: leave it out to ask never");
    if (value.bytes() < 1) {
      throw new IllegalArgumentException("collectEvery(" + value + "): at least 1 byte");
    }
    collectEvery.set(value);
    return this;
  }

  /**
   * Sets what identifies the computations of this scope. Entries that persist need it, because a
   * name outlives what was computed under it. By default there is none, and nothing persists.
   */
  public ScopeBuilder<T> fingerprint(Fingerprint value) {
    fingerprint.set(value);
    return this;
  }

  /** Sets who is told what leaves. By default it is no one. */
  public ScopeBuilder<T> listener(ScopeListener value) {
    listener.set(value);
    return this;
  }

  /**
   * Sets what tells the time for {@link ScopeEntry#timeToLive}. The default is the system's clock.
   */
  public ScopeBuilder<T> clock(InstantSource value) {
    clock.set(value);
    return this;
  }

  /** These options, and the given ones where none is set. */
  ScopeSettings over(ScopeSettings base) {
    Fingerprint own = fingerprint.orNull();
    if (collectEvery.orNull() != null && retention.or(base.retention()).isCopy()) {
      throw new IllegalStateException(
          "collectEvery("
              + collectEvery.orNull()
              + ") does nothing for copies: set retention(STRONG), (WEAK) or another by reference");
    }
    return new ScopeSettings(
        level.or(base.level()),
        levels.or(base.levels()),
        retention.or(base.retention()),
        maxEntries.orNull() == null ? base.maxEntries() : maxEntries.orNull(),
        maxBytes.orNull() == null ? base.maxBytes() : maxBytes.orNull(),
        collectEvery.orNull() == null ? base.collectEvery() : collectEvery.orNull(),
        own == null ? base.fingerprint() : own.computation(),
        listener.orNull() == null ? base.listener() : listener.orNull(),
        clock.or(base.clock()));
  }

  /**
   * Returns the scope of this name: opened now, or the one that is open.
   *
   * @throws IllegalStateException if it is open with other options or for another tensor type, an
   *     option has no effect, or the cache or the parent is closed
   */
  public Scope<T> open() {
    return new Scope<>(opener.apply(this::over));
  }
}
