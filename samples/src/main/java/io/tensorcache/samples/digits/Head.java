package io.tensorcache.samples.digits;

import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.BatchNorm1dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear classifier of ten digits on batch-normalised features, trained by cross-entropy and
 * Adam. Confined to one thread; native temporaries go to the caller's {@code PointerScope}.
 */
public final class Head {
  /** Labels are from 0 to one below this. */
  public static final int CLASSES = 10;

  private static final double LEARNING_RATE = 3e-3;

  private final BatchNorm1dImpl norm;
  private final LinearImpl linear;
  private final Adam optimizer;

  /** A head for rows of {@code features} values, whose first weights follow from {@code seed}. */
  public Head(long features, long seed) {
    torch.manual_seed(seed);
    BatchNormOptions options = new BatchNormOptions(features);
    options.affine().put(false);
    this.norm = new BatchNorm1dImpl(options);
    this.linear = new LinearImpl(features, CLASSES);
    this.optimizer = new Adam(linear.parameters(), new AdamOptions(LEARNING_RATE));
  }

  /** Moves the weights to the first CUDA device. */
  public Head toCuda() {
    Device device = new Device(torch.DeviceType.CUDA);
    norm.to(device, false);
    linear.to(device, false);
    return this;
  }

  /** One step on a batch; returns the mean loss before it. */
  public double step(Tensor features, Tensor labels) {
    norm.train(true);
    optimizer.zero_grad();
    Tensor loss = torch.cross_entropy_loss(scores(features), labels);
    loss.backward();
    optimizer.step();
    return loss.item_float();
  }

  /** How many rows of the batch get the right label. */
  @SuppressWarnings("try") // the guard acts by being open
  public long countCorrect(Tensor features, Tensor labels) {
    norm.eval();
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor predicted = scores(features).max(1, false).get1();
      return predicted.eq(labels).sum().item_long();
    }
  }

  private Tensor scores(Tensor features) {
    return linear.forward(norm.forward(features));
  }
}
