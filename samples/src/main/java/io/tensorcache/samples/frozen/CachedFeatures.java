package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.stats.CacheStats;
import org.bytedeco.pytorch.Tensor;

/** The features with the cache in front of the network. Confined to one thread. */
final class CachedFeatures implements Features {
  private final TensorCache cache;
  private final CachedFunction<Tensor> function;
  private final CacheStats start;
  private CacheStats last;

  /** The features from {@code function}, which {@code cache}, the caller's, has wrapped. */
  CachedFeatures(TensorCache cache, CachedFunction<Tensor> function) {
    this.cache = cache;
    this.function = function;
    this.start = cache.stats();
    this.last = start;
  }

  @Override
  public Tensor of(Tensor images) {
    return function.apply(images);
  }

  @Override
  public Served served() {
    CacheStats now = cache.stats();
    CacheStats since = now.since(last);
    last = now;
    return new Served(since.hits(), since.misses());
  }

  /** What the cache did since this object was made; tiers and functions as they are now. */
  CacheStats stats() {
    return cache.stats().since(start);
  }
}
