package io.tensorcache.cli;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Looks which key back ends are here and whether their keys are right. */
public final class HealthChecks {
  /** Of float32[3, 8, 8] with the bytes of {@link #lcg}, from the published test vectors. */
  private static final String EXPECTED = "f6f8ec099131eb819fef96f5b857ca33";

  private static final int TENSORS = 1_000;

  private HealthChecks() {}

  /** What was found, in order; never throws. */
  public static List<HealthCheck> run() {
    List<HealthCheck> checks = new ArrayList<>();
    checks.add(ok("java", System.getProperty("java.vm.name") + " " + Runtime.version()));
    checks.add(ok("system", System.getProperty("os.name") + " " + System.getProperty("os.arch")));
    checks.add(ok("java heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most"));
    checks.add(vector("keys java", new KeyBuilder().backend(KeyBackend.JAVA)));
    checks.addAll(nativeKeys());
    checks.addAll(cudaKeys());
    checks.add(ok("keys auto", new KeyBuilder().describe()));
    return checks;
  }

  private static List<HealthCheck> nativeKeys() {
    KeyBuilder keys = new KeyBuilder().backend(KeyBackend.NATIVE);
    try {
      return List.of(vector("keys native", keys), compare("keys equal", "native", keys));
    } catch (NativeLibraryException e) {
      return List.of(ok("keys native", "missing: " + e.getMessage()));
    }
  }

  /** Tensors in host memory go to the device first, so that both hash the same bytes. */
  private static List<HealthCheck> cudaKeys() {
    try {
      KeyBuilder keys = new KeyBuilder().backend(KeyBackend.CUDA);
      return List.of(vector("keys cuda", keys), compare("cuda equal", "cuda", keys));
    } catch (DeviceException e) {
      return List.of(ok("keys cuda", "missing: " + e.getMessage()));
    }
  }

  private static HealthCheck ok(String name, String found) {
    return new HealthCheck(name, true, found);
  }

  private static HealthCheck vector(String name, KeyBuilder keys) {
    TensorView view =
        TensorView.of(TensorSpec.of(DType.FLOAT32, 1, 3, 8, 8), HostMemory.of(lcg(768)));
    String key = keys.rowKeys(view).get(0).toString();
    return key.equals(EXPECTED)
        ? ok(name, "ok, " + keys.describe())
        : new HealthCheck(
            name, false, "WRONG: " + key + " where " + EXPECTED + " is right, " + keys.describe());
  }

  private static HealthCheck compare(String name, String backend, KeyBuilder keys) {
    KeyBuilder java = new KeyBuilder().backend(KeyBackend.JAVA);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < TENSORS; i++) {
      float[] values = new float[1 + random.nextInt(5_000)];
      for (int k = 0; k < values.length; k++) {
        values[k] = random.nextFloat();
      }
      TensorView view = HostTensor.adapter().view(HostTensor.ofFloats(values, 1, values.length));
      List<TensorKey> expected = java.rowKeys(view);
      if (!keys.rowKeys(view).equals(expected)) {
        return new HealthCheck(
            name,
            false,
            "WRONG: " + backend + " and java differ on random tensor " + i + ", seed " + seed);
      }
    }
    return ok(
        name, "ok, " + backend + " and java agree on " + TENSORS + " random tensors, seed " + seed);
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
}
