package io.tensorcache.internal.scope;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.durable.SteadyClock;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a scope was opened with; a child has its parent's unless told otherwise. */
public record ScopeSettings(
    CacheLevel level,
    LevelTable levels,
    Retention retention,
    @Nullable Long maxEntries,
    @Nullable ByteSize maxBytes,
    @Nullable ByteSize collectEvery,
    @Nullable ComputationDigest fingerprint,
    @Nullable ScopeListener listener,
    InstantSource clock) {

  public static ScopeSettings defaults(CacheLevel level) {
    return new ScopeSettings(
        level,
        LevelTable.defaults(),
        Retention.COPY,
        null,
        null,
        null,
        null,
        null,
        SteadyClock.SYSTEM);
  }

  Bounds bounds() {
    return new Bounds(
        maxEntries == null ? Long.MAX_VALUE : maxEntries,
        maxBytes == null ? Long.MAX_VALUE : maxBytes.bytes(),
        collectEvery == null ? Long.MAX_VALUE : collectEvery.bytes());
  }

  /** These settings at another level. */
  ScopeSettings withLevel(CacheLevel other) {
    return new ScopeSettings(
        other, levels, retention, maxEntries, maxBytes, collectEvery, fingerprint, listener, clock);
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScopeSettings that
        && level == that.level
        && levels.equals(that.levels)
        && retention.equals(that.retention)
        && Objects.equals(maxEntries, that.maxEntries)
        && Objects.equals(maxBytes, that.maxBytes)
        && Objects.equals(collectEvery, that.collectEvery)
        && Objects.equals(fingerprint, that.fingerprint)
        && Objects.equals(listener, that.listener)
        && clock.equals(that.clock);
  }
}
