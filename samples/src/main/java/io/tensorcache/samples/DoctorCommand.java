package io.tensorcache.samples;

import io.tensorcache.KeyBuilder;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what is here, tests it, and says why something is missing. */
@Command(
    name = "doctor",
    description = "Says which key back ends are here, tests them, and why one is missing.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  /** Of float32[3, 8, 8] with the bytes of {@link #lcg}, from the published test vectors. */
  private static final String EXPECTED = "f6f8ec099131eb819fef96f5b857ca33";

  private static final int TENSORS = 1_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  private boolean healthy = true;

  /** Made by the command line. */
  public DoctorCommand() {}

  @Override
  public Integer call() {
    line("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    line("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("java heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most");
    line("keys java", vector(new KeyBuilder().backend(KeyBackend.JAVA)));
    nativeKeys();
    cudaKeys();
    line("keys auto", new KeyBuilder().describe());
    pytorch();
    return healthy ? 0 : 1;
  }

  private void nativeKeys() {
    KeyBuilder keys = new KeyBuilder().backend(KeyBackend.NATIVE);
    try {
      line("keys native", vector(keys));
      line("keys equal", compare("native", keys, new KeyBuilder().backend(KeyBackend.JAVA)));
    } catch (NativeLibraryException e) {
      line("keys native", "missing: " + e.getMessage());
    }
  }

  /** Tensors in host memory go to the device first, so that both hash the same bytes. */
  private void cudaKeys() {
    try {
      KeyBuilder keys = new KeyBuilder().backend(KeyBackend.CUDA);
      line("keys cuda", vector(keys));
      line("cuda equal", compare("cuda", keys, new KeyBuilder().backend(KeyBackend.JAVA)));
    } catch (DeviceException e) {
      line("keys cuda", "missing: " + e.getMessage());
    }
  }

  private String vector(KeyBuilder keys) {
    TensorView view =
        TensorView.of(TensorSpec.of(DType.FLOAT32, 1, 3, 8, 8), HostMemory.of(lcg(768)));
    String key = keys.rowKeys(view).get(0).toString();
    if (key.equals(EXPECTED)) {
      return "ok, " + keys.describe();
    }
    healthy = false;
    return "WRONG: " + key + " where " + EXPECTED + " is right, " + keys.describe();
  }

  private String compare(String name, KeyBuilder left, KeyBuilder right) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < TENSORS; i++) {
      float[] values = new float[1 + random.nextInt(5_000)];
      for (int k = 0; k < values.length; k++) {
        values[k] = random.nextFloat();
      }
      TensorView view = HostTensor.adapter().view(HostTensor.ofFloats(values, 1, values.length));
      List<TensorKey> expected = right.rowKeys(view);
      if (!left.rowKeys(view).equals(expected)) {
        healthy = false;
        return "WRONG: " + name + " and java differ on random tensor " + i + ", seed " + seed;
      }
    }
    return "ok, " + name + " and java agree on " + TENSORS + " random tensors, seed " + seed;
  }

  /** x ← 6364136223846793005 x + 1442695040888963407, the top byte of each. */
  private static ByteBuffer lcg(int count) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(count);
    long x = 0x9E3779B97F4A7C15L;
    for (int i = 0; i < count; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      bytes.put(i, (byte) (x >>> 56));
    }
    return bytes;
  }

  private void pytorch() {
    try {
      line("pytorch", "ok, " + torch.get_num_threads() + " threads");
    } catch (LinkageError e) {
      healthy = false;
      line("pytorch", "cannot be loaded: " + e.toString().lines().findFirst().orElse(""));
    }
  }

  private void line(String what, String found) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-12s %s%n", what, found);
    out.flush();
  }
}
