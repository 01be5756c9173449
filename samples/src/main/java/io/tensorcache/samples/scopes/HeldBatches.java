package io.tensorcache.samples.scopes;

import io.tensorcache.Scope;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Batches and gradients from scopes, which compute what they do not hold. */
final class HeldBatches implements Svrg.Source {
  private final Svrg.Source source;
  private final Scope<Tensor> batches;
  private final Scope<Tensor> gradients;

  HeldBatches(Svrg.Source source, Scope<Tensor> batches, Scope<Tensor> gradients) {
    this.source = source;
    this.batches = batches;
    this.gradients = gradients;
  }

  @Override
  public TrainingBatch batch(int number) {
    return batches.get("batch " + number, TrainingBatch.class, () -> source.batch(number));
  }

  @Override
  public Tensor gradient(int number, Supplier<Tensor> compute) {
    return gradients.get("batch " + number, compute::get);
  }

  @Override
  public void forgetGradients() {
    gradients.reset();
  }
}
