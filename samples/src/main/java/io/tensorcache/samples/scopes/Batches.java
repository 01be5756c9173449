package io.tensorcache.samples.scopes;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.kit.Sample;
import io.tensorcache.samples.kit.ScopeReport;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains on batches and gradients that are computed each time, and on such as scopes hold. */
@Command(
    name = "batches",
    description = "Training batches and gradients, the least recently used of which leave.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Batches extends Sample {
  @Option(names = "--batches", description = "How many there are.")
  private int batches = 12;

  @Option(names = "--batch", description = "Images a batch.")
  private int batch = 16;

  @Option(names = "--epochs", description = "Each has as many steps as there are batches.")
  private int epochs = 3;

  @Option(names = "--capacity", description = "Batches, and gradients, that are held at most.")
  private int capacity = 8;

  @Option(names = "--seed", description = "Decides the network and the order of the batches.")
  private long seed = 1;

  /** Made by the command line. */
  public Batches() {}

  @Override
  protected void settle() {
    output.require("--batch", batch, 1, Digits.TRAINING_IMAGES);
    output.require("--batches", batches, 1, Digits.TRAINING_IMAGES / batch);
    output.require("--epochs", epochs, 1, 1000);
    output.require("--capacity", capacity, 1, Integer.MAX_VALUE);
  }

  @Override
  protected boolean run() {
    try (TensorCache cache = TensorCache.builder("batches").heap(ByteSize.ofMiB(64)).build()) {
      ComputedBatches computed =
          new ComputedBatches(new Backbone(seed), Digits.train().first(batches * batch), batch);
      Scope<Tensor> batchScope =
          cache.scopeBuilder("batches", PyTorch.tensors()).maxEntries(capacity).open();
      Scope<Tensor> gradientScope =
          cache.scopeBuilder("gradients", PyTorch.tensors()).maxEntries(capacity).open();
      List<Double> without = train("without", computed);
      List<Double> with = train("with", new HeldBatches(computed, batchScope, gradientScope));
      output.line("losses %s", with);
      output.member("losses", with);
      boolean isIdentical =
          output.verdict("identical_losses", "equal to the last bit", without.equals(with));
      output.member("scopes", ScopeReport.write(output, List.of(batchScope, gradientScope)));
      return isIdentical;
    }
  }

  private List<Double> train(String name, Svrg.Source source) {
    long start = System.nanoTime();
    List<Double> losses = new Svrg(epochs, batches, seed).train(source, Backbone.FEATURES);
    double seconds = (System.nanoTime() - start) / 1e9;
    output.line("%-8s scopes: %8.3f s", name, seconds);
    output.member("seconds_" + name, seconds);
    return losses;
  }
}
