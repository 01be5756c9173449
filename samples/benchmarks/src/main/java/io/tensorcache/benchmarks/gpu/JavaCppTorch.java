package io.tensorcache.benchmarks.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Head;
import io.tensorcache.tensor.TensorAdapter;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The backbone on tensors of PyTorch for Java. Confined to one thread. */
final class JavaCppTorch implements FrozenTorch<Tensor> {
  private static final int SEED = 1;

  private final boolean cuda;
  private final Backbone backbone;

  /**
   * On the first CUDA device, or else in host memory.
   *
   * @throws NotMeasuredException if this PyTorch cannot be loaded, or sees no CUDA device
   */
  JavaCppTorch(boolean cuda) throws NotMeasuredException {
    try {
      boolean hasCuda = torch.cuda_is_available(); // loads it
      if (cuda && !hasCuda) {
        throw new NotMeasuredException("this PyTorch for Java sees no CUDA device");
      }
    } catch (LinkageError e) {
      String why = e.toString().lines().findFirst().orElse("");
      throw new NotMeasuredException("PyTorch for Java cannot be loaded: " + why);
    }
    this.cuda = cuda;
    this.backbone = cuda ? new Backbone(SEED).toCuda() : new Backbone(SEED);
  }

  @Override
  public String description() {
    return "PyTorch for Java on " + (cuda ? "cuda" : "cpu");
  }

  @Override
  public boolean isCuda() {
    return cuda;
  }

  @Override
  public TensorAdapter<Tensor> tensors() {
    return PyTorch.tensors();
  }

  @Override
  public Tensor randomImages(long rows) {
    return onDevice(torch.randn(rows, 1, 32, 32));
  }

  @Override
  public Tensor emptyFeatures(long rows) {
    return onDevice(torch.empty(rows, FEATURES));
  }

  private Tensor onDevice(Tensor onHost) {
    if (!cuda) {
      return onHost;
    }
    Tensor moved = onHost.cuda();
    onHost.close();
    return moved;
  }

  @Override
  public Tensor rows(Tensor table, long from, long count) {
    return table.narrow(0, from, count);
  }

  @Override
  public void copy(Tensor to, Tensor from) {
    to.copy_(from).close();
  }

  @Override
  public Tensor features(Tensor images) {
    return backbone.module().forward(images);
  }

  @Override
  public CachedFunction<Tensor> cached(TensorCache cache) {
    return PyTorch.cached(cache, "backbone", backbone.module(), this::features);
  }

  @Override
  public FeatureUse<Tensor> summing() {
    Tensor sum = onDevice(torch.zeros(1));
    return new FeatureUse<>() {
      @Override
      @SuppressWarnings("try") // the scope frees what is made inside
      public void take(Tensor features) {
        try (PointerScope scope = new PointerScope()) {
          sum.add_(features.sum());
        }
      }

      @Override
      public double result() {
        return sum.item_double();
      }

      @Override
      public void close() {
        sum.close();
      }
    };
  }

  @Override
  public FeatureUse<Tensor> training() {
    Head head = cuda ? new Head(FEATURES, SEED).toCuda() : new Head(FEATURES, SEED);
    return new FeatureUse<>() {
      private double loss;

      @Override
      @SuppressWarnings("try") // the scope frees what a step makes
      public void take(Tensor features) {
        try (PointerScope scope = new PointerScope()) {
          Tensor numbers = onDevice(torch.arange(new Scalar(features.size(0))));
          loss += head.step(features, numbers.remainder(new Scalar(Head.CLASSES)));
        }
      }

      @Override
      public double result() {
        return loss;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
