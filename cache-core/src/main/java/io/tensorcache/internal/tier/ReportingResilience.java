package io.tensorcache.internal.tier;

import io.tensorcache.error.StorageException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.ehcache.Cache;
import org.ehcache.spi.resilience.ResilienceStrategy;
import org.ehcache.spi.resilience.StoreAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Reports every failure of an Ehcache tier, where Ehcache's own strategy would hide it. Safe for
 * use by several threads.
 */
final class ReportingResilience<K, V> implements ResilienceStrategy<K, V> {
  private final String tier;
  private final V refused;
  private final Notices notices;
  private final Consumer<StoreAccessException> failed;

  /** {@code refused} is what putIfAbsent returns when it failed. */
  ReportingResilience(String tier, V refused, Notices notices) {
    this(tier, refused, notices, e -> {});
  }

  /** {@code failed} is called with each failure, under locks of Ehcache. */
  ReportingResilience(
      String tier, V refused, Notices notices, Consumer<StoreAccessException> failed) {
    this.tier = tier;
    this.refused = refused;
    this.notices = notices;
    this.failed = failed;
  }

  private void report(String operation, StoreAccessException e) {
    failed.accept(e);
    notices.failed(
        new StorageException("the " + tier + " tier failed to " + operation + ": " + e, e));
  }

  @Override
  public @Nullable V getFailure(K key, StoreAccessException e) {
    report("read " + key, e);
    return null;
  }

  @Override
  public boolean containsKeyFailure(K key, StoreAccessException e) {
    report("look for " + key, e);
    return false;
  }

  @Override
  public void putFailure(K key, V value, StoreAccessException e) {
    report("store " + key, e);
  }

  @Override
  public void removeFailure(K key, StoreAccessException e) {
    report("remove " + key, e);
  }

  @Override
  public void clearFailure(StoreAccessException e) {
    report("clear", e);
  }

  @Override
  public Cache.Entry<K, V> iteratorFailure(StoreAccessException e) {
    throw new StorageException("the " + tier + " tier cannot be walked through: " + e, e);
  }

  @Override
  public V putIfAbsentFailure(K key, V value, StoreAccessException e) {
    report("store " + key, e);
    return refused;
  }

  @Override
  public boolean removeFailure(K key, V value, StoreAccessException e) {
    report("remove " + key, e);
    return false;
  }

  @Override
  public V replaceFailure(K key, V value, StoreAccessException e) {
    report("replace " + key, e);
    return refused;
  }

  @Override
  public boolean replaceFailure(K key, V value, V newValue, StoreAccessException e) {
    report("replace " + key, e);
    return false;
  }

  @Override
  public Map<K, V> getAllFailure(Iterable<? extends K> keys, StoreAccessException e) {
    report("read several keys", e);
    return new HashMap<>();
  }

  @Override
  public void putAllFailure(Map<? extends K, ? extends V> entries, StoreAccessException e) {
    report("store several keys", e);
  }

  @Override
  public void removeAllFailure(Iterable<? extends K> keys, StoreAccessException e) {
    report("remove several keys", e);
  }
}
