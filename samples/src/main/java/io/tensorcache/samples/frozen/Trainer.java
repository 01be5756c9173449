package io.tensorcache.samples.frozen;

import io.tensorcache.cli.Progress;
import io.tensorcache.cli.Terminal;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.digits.Head;
import io.tensorcache.samples.kit.ResidentMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains a head on features. Two runs with the same settings see the same batches in the same order
 * and start from the same weights, so equal features give equal losses to the last bit. Confined to
 * one thread.
 *
 * @param epochs how often each training image is seen
 * @param batch images a batch, at least 2; the last of an epoch may be smaller, or larger by one,
 *     because batch normalisation cannot learn from one image
 * @param seed decides first weights, order and shifts
 * @param augment whether each training image is moved at random before it goes to the features
 * @param train what the head learns from
 * @param heldOut what it is checked on after each epoch
 */
record Trainer(int epochs, int batch, long seed, boolean augment, Digits train, Digits heldOut) {
  /** Trains a fresh head, checking it on the held-out images after each epoch. */
  @SuppressWarnings("try") // the scope frees the head
  TrainingRun train(String name, Features features) throws Exception {
    ResidentMemory memory = new ResidentMemory();
    TimedFeatures timed = new TimedFeatures(features);
    List<TrainingRun.Epoch> results = new ArrayList<>();
    try (PointerScope scope = new PointerScope();
        Progress progress = Progress.of(Terminal.isTerminal(), name, (long) epochs * batches())) {
      Head head = new Head(Backbone.FEATURES, seed);
      for (int epoch = 1; epoch <= epochs; epoch++) {
        long start = System.nanoTime();
        double loss = trainEpoch(epoch, head, timed, progress, memory);
        Features.Served served = features.served();
        double accuracy = accuracy(head, timed);
        double seconds = (System.nanoTime() - start) / 1e9;
        results.add(
            new TrainingRun.Epoch(epoch, seconds, loss, accuracy, served, features.served()));
        progress.say(
            String.format(Locale.ROOT, "loss %.4f", loss), results.get(epoch - 1).toString());
      }
    }
    return new TrainingRun(name, results, timed.seconds(), memory.peakBytes());
  }

  @SuppressWarnings("try") // the scope frees what a step makes
  private double trainEpoch(
      int epoch, Head head, Features features, Progress progress, ResidentMemory memory)
      throws Exception {
    Random random = new Random(seed * 1_000_003 + epoch);
    long[] order = shuffled(train.count(), random);
    double loss = 0;
    for (int at = 0, end; at < order.length; at = end) {
      end = order.length - at <= batch + 1L ? order.length : at + batch;
      long[] rows = Arrays.copyOfRange(order, at, end);
      try (PointerScope step = new PointerScope()) {
        Tensor index = torch.tensor(rows);
        Tensor images = train.images().index_select(0, index);
        Tensor seen = augment ? Shifts.of(images, random) : images;
        Tensor labels = train.labels().index_select(0, index);
        loss += head.step(features.of(seen), labels) * rows.length;
        memory.sample();
      }
      progress.step();
    }
    return loss / order.length;
  }

  @SuppressWarnings("try") // the scope frees what a batch makes
  private double accuracy(Head head, Features features) throws Exception {
    long correct = 0;
    for (int at = 0; at < heldOut.count(); at += batch) {
      int count = Math.min(batch, heldOut.count() - at);
      try (PointerScope step = new PointerScope()) {
        Tensor images = heldOut.images().narrow(0, at, count);
        Tensor labels = heldOut.labels().narrow(0, at, count);
        correct += head.countCorrect(features.of(images), labels);
      }
    }
    return (double) correct / heldOut.count();
  }

  private static long[] shuffled(int count, Random random) {
    List<Long> order = new ArrayList<>(LongStream.range(0, count).boxed().toList());
    Collections.shuffle(order, random);
    return order.stream().mapToLong(Long::longValue).toArray();
  }

  private int batches() {
    return (train.count() - 2) / batch + 1;
  }

  /** Adds up what features take. */
  private static final class TimedFeatures implements Features {
    private final Features features;
    private long nanos;

    TimedFeatures(Features features) {
      this.features = features;
    }

    @Override
    public Tensor of(Tensor images) throws Exception {
      long start = System.nanoTime();
      Tensor result = features.of(images);
      nanos += System.nanoTime() - start;
      return result;
    }

    double seconds() {
      return nanos / 1e9;
    }
  }
}
