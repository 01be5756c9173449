package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.stats.CacheStats;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;

/** The features with the cache in front of the network. Confined to one thread. */
final class CachedFeatures implements Features {
  private final TensorCache cache;
  private final CachedFunction<Tensor> function;
  private CacheStats before;

  /** Puts {@code cache}, which stays the caller's, in front of {@code backbone}. */
  CachedFeatures(TensorCache cache, Backbone backbone) {
    this.cache = cache;
    this.function = PyTorch.cached(cache, "backbone", backbone.module(), backbone::forward);
    this.before = cache.stats();
  }

  @Override
  public Tensor of(Tensor images) {
    return function.apply(images);
  }

  @Override
  public OptionalDouble hitRate() {
    CacheStats now = cache.stats();
    CacheStats since = now.since(before);
    before = now;
    return OptionalDouble.of(since.hitRate());
  }
}
