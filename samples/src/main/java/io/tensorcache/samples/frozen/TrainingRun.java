package io.tensorcache.samples.frozen;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a training run did.
 *
 * @param name for people
 * @param epochs in order, at least one
 * @param peakBytes the largest resident memory of the process among samples at each step
 */
record TrainingRun(String name, List<Epoch> epochs, long peakBytes) {
  TrainingRun {
    epochs = List.copyOf(epochs);
  }

  /**
   * One epoch.
   *
   * @param number from 1
   * @param seconds training and check together
   * @param loss mean over the training images
   * @param accuracy on the held-out images after the epoch
   * @param hitRate share of rows from the cache; empty without one
   */
  record Epoch(int number, double seconds, double loss, double accuracy, OptionalDouble hitRate) {
    @Override
    public String toString() {
      String text =
          String.format(
              Locale.ROOT,
              "epoch %2d  %6.2f s  loss %.6f  accuracy %.4f",
              number,
              seconds,
              loss,
              accuracy);
      return hitRate.isPresent()
          ? text + String.format(Locale.ROOT, "  hits %5.1f %%", 100 * hitRate.getAsDouble())
          : text;
    }
  }

  /** All epochs together. */
  double seconds() {
    return epochs.stream().mapToDouble(Epoch::seconds).sum();
  }

  /** On the held-out images, at the end. */
  double accuracy() {
    return epochs.get(epochs.size() - 1).accuracy();
  }

  /** Whether both learned the same, to the last bit of every loss. */
  boolean learnedTheSameAs(TrainingRun other) {
    return losses(this).equals(losses(other)) && accuracy() == other.accuracy();
  }

  private static List<Double> losses(TrainingRun run) {
    return run.epochs.stream().map(Epoch::loss).toList();
  }
}
