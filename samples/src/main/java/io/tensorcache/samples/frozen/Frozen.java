package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorCacheBuilder;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.digits.Backbone;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;

/** The training with the builders of Java. */
@Command(
    name = "frozen",
    description = "Trains a head on a frozen network, without and with the cache, on real digits.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Frozen extends Training {
  /** Made by the command line. */
  public Frozen() {}

  @Override
  TensorCache openCache() {
    TensorCacheBuilder builder =
        TensorCache.builder("frozen").heap(options.heap).offHeap(options.offHeap);
    if (options.directory != null) {
      builder.store(store -> store.directory(options.directory));
    }
    return builder.build();
  }

  @Override
  CachedFunction<Tensor> cached(TensorCache cache, Backbone backbone) {
    return PyTorch.function(cache, "backbone", backbone.module())
        .persisting(options.directory != null)
        .wrap(backbone::forward);
  }
}
