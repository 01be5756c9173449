package io.tensorcache.samples.frozen;

import io.tensorcache.samples.frozen.Features.Served;
import java.util.List;
import java.util.Locale;

/**
 * What a training run did.
 *
 * @param name for people
 * @param epochs in order, at least one
 * @param featureSeconds what of the time went into getting features
 * @param peakBytes the largest resident memory of the process among samples at each step
 */
record TrainingRun(String name, List<Epoch> epochs, double featureSeconds, long peakBytes) {
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
   * @param train what the cache served of the training images
   * @param heldOut what it served of the held-out images
   */
  record Epoch(
      int number, double seconds, double loss, double accuracy, Served train, Served heldOut) {
    /** A line of progress. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "epoch %d: %.2f s, loss %.6f, accuracy %.4f",
          number,
          seconds,
          loss,
          accuracy);
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

  /** Whether every loss of both is the same to the last bit. */
  boolean hasTheLossesOf(TrainingRun other) {
    return losses(this).equals(losses(other));
  }

  private static List<Double> losses(TrainingRun run) {
    return run.epochs.stream().map(Epoch::loss).toList();
  }
}
