package io.tensorcache.benchmarks.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.tensor.TensorAdapter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The backbone on tensors of the PyTorch that {@code python3} imports. Confined to one thread.
 *
 * <p>The library must be loaded: see {@link LibtorchBuild#load}.
 */
final class PythonTorch implements FrozenTorch<LibtorchTensor> {
  private static final int SEED = 1;
  private static final int[] CHANNELS = {32, 32, 64, 64, 128, 128};
  private static final int CLASSES = 10;
  private static final double LEARNING_RATE = 3e-3;

  private final String version;
  private final Libtorch torch;
  private final LibtorchTensors tensors;
  private final Map<String, LibtorchTensor> weights = new LinkedHashMap<>();
  private final List<UnaryOperator<LibtorchTensor>> layers = new ArrayList<>();

  PythonTorch(String version, boolean cuda) {
    this.version = version;
    this.torch = new Libtorch(cuda);
    this.tensors = new LibtorchTensors(torch);
    torch.seed(SEED);
    int inputs = 1;
    for (int i = 0; i < CHANNELS.length; i++) {
      convolution("conv" + (i + 1), inputs, CHANNELS[i]);
      if (i % 2 == 1 && i < CHANNELS.length - 1) {
        layers.add(x -> torch.maxPool2d(x, 2));
      }
      inputs = CHANNELS[i];
    }
    layers.add(x -> torch.avgPool2d(x, 4));
    layers.add(torch::flatten);
  }

  /** Weights as He et al. draw them (2015, eq. 10). */
  private void convolution(String name, int inputs, int outputs) {
    LibtorchTensor weight = torch.randn(Math.sqrt(2.0 / (inputs * 9)), outputs, inputs, 3, 3);
    weights.put(name, weight);
    layers.add(x -> torch.conv2d(x, weight, 1));
    layers.add(torch::relu);
  }

  @Override
  public String description() {
    return "PyTorch " + version + " of python3 on " + (isCuda() ? "cuda" : "cpu");
  }

  @Override
  public boolean isCuda() {
    return torch.isCuda();
  }

  @Override
  public TensorAdapter<LibtorchTensor> tensors() {
    return tensors;
  }

  @Override
  public LibtorchTensor randomImages(long rows) {
    return torch.randn(1, rows, 1, 32, 32);
  }

  @Override
  public LibtorchTensor emptyFeatures(long rows) {
    return torch.empty(rows, FEATURES);
  }

  @Override
  public LibtorchTensor rows(LibtorchTensor table, long from, long count) {
    return torch.narrow(table, from, count);
  }

  @Override
  public void copy(LibtorchTensor to, LibtorchTensor from) {
    torch.copy(to, from);
  }

  @Override
  public LibtorchTensor features(LibtorchTensor images) {
    LibtorchTensor current = images;
    for (UnaryOperator<LibtorchTensor> layer : layers) {
      LibtorchTensor next = layer.apply(current);
      if (current != images) {
        current.close();
      }
      current = next;
    }
    return current;
  }

  @Override
  public CachedFunction<LibtorchTensor> cached(TensorCache cache) {
    return cache.wrap("backbone", Fingerprint.ofWeights(weights, tensors), tensors, this::features);
  }

  @Override
  public FeatureUse<LibtorchTensor> summing() {
    LibtorchTensor sum = torch.randn(0, 1); // one zero
    return new FeatureUse<>() {
      @Override
      public void take(LibtorchTensor features) {
        torch.addSum(sum, features);
      }

      @Override
      public double result() {
        return torch.item(sum);
      }

      @Override
      public void close() {
        sum.close();
      }
    };
  }

  @Override
  public FeatureUse<LibtorchTensor> training() {
    torch.seed(SEED);
    long head = torch.newHead(FEATURES, CLASSES, LEARNING_RATE);
    return new FeatureUse<>() {
      private double loss;

      @Override
      public void take(LibtorchTensor features) {
        loss += torch.step(head, features);
      }

      @Override
      public double result() {
        return loss;
      }

      @Override
      public void close() {
        torch.freeHead(head);
      }
    };
  }

  @Override
  public void close() {
    torch.await();
    weights.values().forEach(LibtorchTensor::close);
  }
}
