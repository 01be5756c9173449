package io.tensorcache.samples.scopes;

import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Batches of the normalised features that a frozen network gives of images, computed at each call.
 */
final class ComputedBatches implements Svrg.Source {
  private final Backbone backbone;
  private final Digits digits;
  private final int size;

  ComputedBatches(Backbone backbone, Digits digits, int size) {
    this.backbone = backbone;
    this.digits = digits;
    this.size = size;
  }

  @Override
  public TrainingBatch batch(int number) {
    long start = (long) number * size;
    Tensor features = backbone.forward(digits.images().narrow(0, start, size));
    Tensor labels = torch.one_hot(digits.labels().narrow(0, start, size), 10);
    return new TrainingBatch(
        torch.layer_norm(features, Backbone.FEATURES), labels.to(torch.kFloat()));
  }

  @Override
  public Tensor gradient(int number, Supplier<Tensor> compute) {
    return compute.get();
  }

  @Override
  public void forgetGradients() {
    // none is remembered
  }
}
