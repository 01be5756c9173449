package io.tensorcache.samples.frozen;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.pytorch.PyTorch;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a linear head on the features of a frozen network, without the cache and with it. */
@Command(
    name = "frozen",
    description = "Trains a head on a frozen network, without and with the cache, on real digits.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Frozen implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private Options options = new Options();

  /** Made by the command line. */
  public Frozen() {}

  @Override
  @SuppressWarnings("try") // the scope frees the data
  public Integer call() throws Exception {
    CommandLine command = spec.commandLine();
    options.check(command, this::openCache);
    try (PointerScope scope = new PointerScope()) {
      Digits train = Digits.train();
      Digits heldOut = Digits.heldOut();
      Trainer trainer = options.trainer(train, heldOut);
      Backbone backbone = options.backbone(options.seed);
      TrainingRun without = trainer.train("without cache", options.onDevice(backbone::forward));
      try (TensorCache cache = options.open(command, this::openCache)) {
        options.fill(other -> cached(cache, other), train, heldOut);
        CachedFeatures features = new CachedFeatures(cache, cached(cache, backbone));
        TrainingRun with = trainer.train("with cache", options.onDevice(features));
        options.print(
            command.getOut(),
            new Comparison(options, without, with, features.stats(), cache.config()));
      }
    }
    return 0;
  }

  private TensorCache openCache() {
    return TensorCache.builder("frozen").heap(options.heap).offHeap(options.offHeap).build();
  }

  private static CachedFunction<Tensor> cached(TensorCache cache, Backbone backbone) {
    return PyTorch.cached(cache, "backbone", backbone.module(), backbone::forward);
  }
}
