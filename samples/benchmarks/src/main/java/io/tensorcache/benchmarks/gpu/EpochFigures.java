package io.tensorcache.benchmarks.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorCacheBuilder;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.stats.CacheStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Times of epochs on the features of a frozen backbone: computed anew, cached, and kept by hand in
 * one tensor of which each batch is a view. Confined to one thread.
 *
 * @param <T> the engine's tensor type
 */
final class EpochFigures<T> {
  static final String NAME = "PyTorch epoch of a frozen backbone";
  private static final int BATCH = 32;

  private final FrozenTorch<T> torch;
  private final Sizes sizes;
  private final Figures figures;
  private final Tier tier;
  private final List<T> images = new ArrayList<>();
  private final T table;

  EpochFigures(FrozenTorch<T> torch, Sizes sizes, Figures figures) {
    this.torch = torch;
    this.sizes = sizes;
    this.figures = figures;
    this.tier = torch.isCuda() ? Tier.DEVICE : Tier.HEAP;
    this.table = torch.emptyFeatures((long) BATCH * sizes.batches());
    for (int batch = 0; batch < sizes.batches(); batch++) {
      images.add(torch.randomImages(BATCH));
    }
  }

  void measure() {
    ByteSize room = ByteSize.ofMiB(64);
    TensorCacheBuilder builder = TensorCache.builder("bench-gpu");
    try (TensorCache cache =
        (tier == Tier.DEVICE ? builder.device(room) : builder.heap(room)).build()) {
      CachedFunction<T> cached = torch.cached(cache);
      for (int batch = 0; batch < images.size(); batch++) {
        keepByHand(batch);
        torch.tensors().release(cached.apply(images.get(batch)));
      }
      CacheStats before = cache.stats();
      measure("nothing but features", cached, torch::summing);
      measure("training a linear head", cached, torch::training);
      HitFigures.requireServedFrom(tier, cache.stats().since(before));
    } finally {
      images.forEach(torch.tensors()::release);
      torch.tensors().release(table);
    }
  }

  private void keepByHand(int batch) {
    T features = torch.features(images.get(batch));
    T kept = byHand(batch);
    torch.copy(kept, features);
    torch.tensors().release(kept);
    torch.tensors().release(features);
  }

  private T computed(int batch) {
    return torch.features(images.get(batch));
  }

  private T byHand(int batch) {
    return torch.rows(table, (long) batch * BATCH, BATCH);
  }

  private void measure(String use, CachedFunction<T> cached, Supplier<FeatureUse<T>> uses) {
    IntFunction<T> hits = batch -> cached.apply(images.get(batch));
    Epoch expected = epoch(uses, this::computed);
    requireSame("cached", expected, epoch(uses, hits));
    requireSame("kept by hand", expected, epoch(uses, this::byHand));
    int runs = Math.max(1, sizes.runs() / 4);
    for (int run = 0; run < Medians.WARM_UPS_PER_RUN * runs; run++) {
      epoch(uses, hits);
      epoch(uses, this::byHand);
    }
    double[] with = new double[runs];
    double[] byHand = new double[runs];
    for (int run = 0; run < runs; run++) { // in turn, so that both see the same machine
      with[run] = epoch(uses, hits).micros();
      byHand[run] = epoch(uses, this::byHand).micros();
    }
    Map<String, Double> values =
        Figures.values("without_us", Medians.of(runs, run -> epoch(uses, this::computed).micros()));
    double median = Medians.of(with);
    double medianByHand = Medians.of(byHand);
    values.put("with_us", median);
    values.put("by_hand_us", medianByHand);
    values.put("without_per_with", values.get("without_us") / median);
    values.put("with_per_by_hand", median / medianByHand);
    String batches = ", " + images.size() + " batches of " + BATCH + ", ";
    figures.add(NAME + ", " + torch.description() + batches + use, values);
  }

  private static void requireSame(String what, Epoch expected, Epoch found) {
    if (Double.doubleToLongBits(expected.result()) != Double.doubleToLongBits(found.result())) {
      throw new IllegalStateException(
          "the features that were "
              + what
              + " give "
              + found.result()
              + ", the computed ones "
              + expected.result());
    }
  }

  private record Epoch(double micros, double result) {}

  /** Waits for the device at the end. */
  private Epoch epoch(Supplier<FeatureUse<T>> uses, IntFunction<T> features) {
    try (FeatureUse<T> use = uses.get()) {
      long start = System.nanoTime();
      for (int batch = 0; batch < images.size(); batch++) {
        T each = features.apply(batch);
        use.take(each);
        torch.tensors().release(each);
      }
      double result = use.result();
      return new Epoch((System.nanoTime() - start) / 1e3, result);
    }
  }
}
