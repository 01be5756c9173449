package io.tensorcache.samples.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.frozen.Backbone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Epochs of a frozen network on CUDA tensors of PyTorch, and the same cached. */
final class TorchFigures {
  private static final String NAME = "PyTorch epoch of a frozen backbone";
  private static final int BATCH = 32;

  private TorchFigures() {}

  static void measure(Sizes sizes, Figures figures) {
    try {
      if (!torch.cuda_is_available()) {
        figures.missing(NAME, "this PyTorch has no CUDA; use samples/run --cuda bench-gpu");
        return;
      }
    } catch (LinkageError e) {
      figures.missing(NAME, "PyTorch cannot be loaded: " + e);
      return;
    }
    measureOnDevice(sizes, figures);
  }

  @SuppressWarnings("try") // the scope frees the tensors
  private static void measureOnDevice(Sizes sizes, Figures figures) {
    try (PointerScope scope = new PointerScope();
        TensorCache cache = TensorCache.builder("bench-gpu").device(ByteSize.ofMiB(64)).build()) {
      Backbone backbone = new Backbone(1).toCuda();
      CachedFunction<Tensor> cached =
          PyTorch.cached(cache, "backbone", backbone.module(), backbone::forward);
      List<Tensor> batches = new ArrayList<>();
      for (int batch = 0; batch < sizes.batches(); batch++) {
        batches.add(torch.randn(BATCH, 1, 32, 32).cuda());
      }
      double sumWithout = epoch(batches, backbone::forward);
      double sumWith = epoch(batches, cached::apply);
      if (Double.doubleToLongBits(sumWithout) != Double.doubleToLongBits(sumWith)) {
        throw new IllegalStateException(
            "the cached features add up to " + sumWith + ", the computed ones to " + sumWithout);
      }
      double without = micros(sizes, batches, backbone::forward);
      double with = micros(sizes, batches, cached::apply);
      Map<String, Double> values = Figures.values("without_us", without);
      values.put("with_us", with);
      values.put("speedup", without / with);
      figures.add(NAME + ", " + batches.size() + " batches of " + BATCH, values);
    }
  }

  private static double micros(Sizes sizes, List<Tensor> batches, UnaryOperator<Tensor> features) {
    return Medians.of(
        Math.max(1, sizes.runs() / 4),
        run -> {
          long start = System.nanoTime();
          epoch(batches, features);
          return (System.nanoTime() - start) / 1e3;
        });
  }

  /** The sum of all features, which waits for the device once. */
  @SuppressWarnings("try") // the scope frees what is made inside
  private static double epoch(List<Tensor> batches, UnaryOperator<Tensor> features) {
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = null;
      for (Tensor batch : batches) {
        Tensor part = features.apply(batch).sum();
        sum = sum == null ? part : sum.add(part);
      }
      return sum == null ? 0 : sum.item_double();
    }
  }
}
