package io.tensorcache.benchmarks;

import io.tensorcache.Fingerprint;
import io.tensorcache.pytorch.ModuleFingerprint;
import io.tensorcache.pytorch.PyTorch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The look at a module that each call of a cached function begins with, and the full look. The
 * module has the layers of a ResNet-18: 62 parameters, 60 buffers, 45 MB.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ModuleLookBenchmark {
  private final List<Module> layers = new ArrayList<>(); // the presets free a BatchNorm otherwise
  private final SequentialImpl net = new SequentialImpl();
  private final ModuleFingerprint fingerprint = PyTorch.fingerprint(net);

  private void block(int in, int out, int kernel) {
    Conv2dOptions options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
    options.bias().put(false);
    Conv2dImpl conv = new Conv2dImpl(options);
    BatchNorm2dImpl norm = new BatchNorm2dImpl(new BatchNormOptions(out));
    net.push_back("conv" + layers.size(), conv);
    net.push_back("norm" + layers.size(), norm);
    layers.add(conv);
    layers.add(norm);
  }

  /** The layers. */
  @Setup
  public void build() {
    block(3, 64, 7);
    for (int stage = 0; stage < 4; stage++) {
      int width = 64 << stage;
      int before = stage == 0 ? width : width / 2;
      block(before, width, 3);
      block(width, width, 3);
      block(width, width, 3);
      block(width, width, 3);
      if (stage > 0) {
        block(before, width, 1);
      }
    }
    LinearImpl head = new LinearImpl(512, 1000);
    net.push_back("head", head);
    layers.add(head);
    for (Tensor parameter : net.parameters().get()) {
      parameter.requires_grad_(false);
    }
    net.eval();
  }

  /** What a call costs. */
  @Benchmark
  public Fingerprint look() {
    return fingerprint.current();
  }

  /** What {@code recheck} costs. */
  @Benchmark
  public Fingerprint recheck() {
    return fingerprint.recheck();
  }
}
