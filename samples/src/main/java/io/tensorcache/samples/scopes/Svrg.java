package io.tensorcache.samples.scopes;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains a linear classifier by stochastic variance-reduced gradients (R. Johnson and T. Zhang,
 * "Accelerating stochastic gradient descent using predictive variance reduction", 2013). Each epoch
 * remembers its first weights; each step needs a batch, its gradient at the weights of now, and its
 * gradient at the remembered ones, which is worth keeping. Confined to one thread.
 *
 * @param epochs how often the weights are remembered
 * @param batches how many there are, and steps an epoch
 * @param seed decides the order of the batches
 */
record Svrg(int epochs, int batches, long seed) {
  private static final double LEARNING_RATE = 0.03;

  /** Where batches and remembered gradients come from: computed, or held. */
  interface Source {
    /** One batch. */
    TrainingBatch batch(int number);

    /** The gradient of a batch at the remembered weights. */
    Tensor gradient(int number, Supplier<Tensor> compute);

    /** The remembered weights change: gradients of before are worthless. */
    void forgetGradients();
  }

  /** The mean loss of each epoch. */
  @SuppressWarnings("try") // the scope frees the weights
  List<Double> train(Source source, long features) {
    Random random = new Random(seed);
    List<Double> losses = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      Tensor weights = torch.zeros(features, 10);
      for (int epoch = 0; epoch < epochs; epoch++) {
        losses.add(epoch(weights, source, random));
      }
    }
    return losses;
  }

  @SuppressWarnings("try") // the scopes free what an epoch and a step make
  private double epoch(Tensor weights, Source source, Random random) {
    double loss = 0;
    try (PointerScope epoch = new PointerScope()) {
      source.forgetGradients();
      Tensor remembered = weights.clone();
      Tensor mean = meanGradient(remembered, source);
      for (int step = 0; step < batches; step++) {
        int number = random.nextInt(batches);
        try (PointerScope scope = new PointerScope()) {
          TrainingBatch batch = source.batch(number);
          loss += loss(weights, batch) / batches;
          Tensor change = gradient(weights, batch).sub(at(remembered, number, source)).add(mean);
          weights.sub_(change.mul(new Scalar(LEARNING_RATE)));
        }
      }
    }
    return loss;
  }

  @SuppressWarnings("try") // the scope frees the gradient
  private Tensor meanGradient(Tensor weights, Source source) {
    Tensor sum = torch.zeros_like(weights);
    for (int number = 0; number < batches; number++) {
      try (PointerScope scope = new PointerScope()) {
        sum.add_(at(weights, number, source));
      }
    }
    return sum.div(new Scalar(batches));
  }

  private static Tensor at(Tensor weights, int number, Source source) {
    return source.gradient(number, () -> gradient(weights, source.batch(number)));
  }

  /** Cross-entropy, the mean over the batch. */
  private static double loss(Tensor weights, TrainingBatch batch) {
    Tensor likely = batch.features().matmul(weights).log_softmax(1);
    return -likely.mul(batch.labels()).sum(1).mean().item_float();
  }

  private static Tensor gradient(Tensor weights, TrainingBatch batch) {
    Tensor error = batch.features().matmul(weights).softmax(1).sub(batch.labels());
    return batch.features().t().matmul(error).div(new Scalar(batch.labels().size(0)));
  }
}
