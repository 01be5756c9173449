package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.kit.Sample;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Mixin;

/**
 * Trains a linear head on the features of a frozen network, without the cache and with it. How the
 * cache is opened and the network cached is the subclass's.
 */
public abstract class Training extends Sample {
  /** What the user chose. */
  @Mixin final Options options = new Options();

  Training() {}

  /** A cache of the size that the options say. */
  abstract TensorCache openCache();

  /** The network with the cache in front of it. */
  abstract CachedFunction<Tensor> cached(TensorCache cache, Backbone backbone);

  @Override
  protected final void settle() {
    options.check(output, this::openCache);
  }

  @Override
  protected final int threads() {
    return options.threads;
  }

  @Override
  protected final boolean run() throws Exception {
    Trainer trainer = options.trainer();
    Backbone backbone = options.backbone(options.seed);
    if (options.killAt != null) {
      trainUntilKilled(trainer, backbone);
    }
    TrainingRun without = trainer.train("without cache", options.onDevice(backbone::forward));
    try (TensorCache cache = options.open(output, this::openCache)) {
      options.fill(other -> cached(cache, other), trainer);
      CachedFeatures features = new CachedFeatures(cache, cached(cache, backbone));
      TrainingRun with = trainer.train("with cache", options.onDevice(features));
      return report(new Comparison(options, without, with, features.stats(), cache.config()));
    }
  }

  /** On a device two runs may differ in the last bits without a cache too. */
  private boolean report(Comparison comparison) {
    output.line("%s", Report.of(comparison));
    JsonReport.of(comparison).forEach(output::member);
    return options.cuda || comparison.hasIdenticalLosses();
  }

  /** Does not return. */
  private void trainUntilKilled(Trainer trainer, Backbone backbone) throws Exception {
    try (TensorCache cache = options.open(output, this::openCache)) {
      Features features = new CachedFeatures(cache, cached(cache, backbone));
      trainer.train("with cache", options.onDevice(options.killing(features)));
    }
  }
}
