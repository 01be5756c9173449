package io.tensorcache.internal.tier;

import io.tensorcache.error.TensorCacheException;
import io.tensorcache.tensor.TensorKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Writes down what the tiers tell. */
final class RecordedEvents implements TierEvents {
  final Map<TensorKey, Integer> evicted = new ConcurrentHashMap<>();
  final AtomicLong evictions = new AtomicLong();
  final List<TensorKey> refused = new CopyOnWriteArrayList<>();
  final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();

  @Override
  public void evicted(TensorKey key, int group) {
    evicted.put(key, group);
    evictions.incrementAndGet();
  }

  @Override
  public void refused(TensorKey key) {
    refused.add(key);
  }

  @Override
  public void failed(TensorCacheException failure) {
    failures.add(failure);
  }

  /** Keys that count as kept elsewhere. */
  final java.util.Set<TensorKey> elsewhere = ConcurrentHashMap.newKeySet();

  /** What happens meanwhile, where the tiers ask for that. */
  volatile Runnable whileAsked = () -> {};

  @Override
  public double savedPerByte(int group) {
    return 0;
  }

  @Override
  public boolean isKeptElsewhere(TensorKey key) {
    whileAsked.run();
    return elsewhere.contains(key);
  }
}
