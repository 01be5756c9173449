package io.tensorcache.benchmarks.gpu;

import io.tensorcache.Fingerprint;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.DeviceCopies;
import io.tensorcache.internal.device.KernelKey;
import io.tensorcache.internal.device.KeyKernel;
import io.tensorcache.internal.device.StreamTimer;
import io.tensorcache.internal.key.ChangeDigest;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.key.Tweak;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Times of copies, keys and fingerprints. Confined to one thread. */
final class KeyFigures {
  private static final int KEY_WORDS = 545;

  private final CudaTensors engine;
  private final RandomMemory memory;
  private final Sizes sizes;
  private final Figures figures;

  KeyFigures(CudaTensors engine, RandomMemory memory, Sizes sizes, Figures figures) {
    this.engine = engine;
    this.memory = memory;
    this.sizes = sizes;
    this.figures = figures;
  }

  void measure() {
    measureCopy();
    List<TensorSpec> specs =
        List.of(
            sizes.images(DType.FLOAT32),
            sizes.images(DType.FLOAT16),
            sizes.shortRows(),
            sizes.longRow());
    specs.forEach(this::measureKeys);
    measureFingerprint();
  }

  private void measureCopy() {
    long bytes = sizes.copyBytes();
    long[] to = {engine.take(bytes), engine.take(bytes)};
    double micros;
    try (StreamTimer timer = new StreamTimer(engine.device(), CudaTensors.STREAM);
        DeviceCopies copies = engine.device().copies(CudaTensors.STREAM)) {
      micros =
          Medians.of(
              sizes.runs(),
              run -> timer.micros(() -> copies.copy(to[run % 2], memory.piece(run, bytes), bytes)));
    }
    Map<String, Double> values = Figures.values("copy_us", micros);
    values.put("read_plus_written_gb_per_s", Figures.gigabytesPerSecond(2.0 * bytes, micros));
    figures.add("copy on the device, " + bytes + " bytes", values);
  }

  private void measureKeys(TensorSpec spec) {
    long bytes = spec.byteCount();
    double kernel = kernelMicros(spec);
    RowKeys keys = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);
    Tweak tweak = keys.tweak(spec.row(), 0, new byte[0]);
    long[] digests = new long[(int) (2 * spec.dim(0))];
    double call =
        Medians.ofCalls(
            sizes.runs(),
            run -> keys.digest(engine.view(memory.tensor(run, spec)), tweak, digests));
    Map<String, Double> values = Figures.values("kernel_us", kernel);
    values.put("read_gb_per_s", Figures.gigabytesPerSecond(bytes, kernel));
    values.put("call_us", call);
    figures.add("keys of " + spec, values);
  }

  /** By events of the driver, around one launch. The time does not depend on the key material. */
  private double kernelMicros(TensorSpec spec) {
    Device device = engine.device();
    KernelKey key = device.newKey(new SplittableRandom(1).longs(KEY_WORDS, 0, 1L << 60).toArray());
    long rowBytes = spec.row().byteCount();
    try (StreamTimer timer = new StreamTimer(device, CudaTensors.STREAM);
        KeyKernel kernel = new KeyKernel(key, CudaTensors.STREAM, spec.dim(0), rowBytes)) {
      return Medians.of(
          sizes.runs(),
          run -> timer.micros(() -> kernel.launch(memory.piece(run, spec.byteCount()))));
    }
  }

  private void measureFingerprint() {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, sizes.weightElements());
    Map<String, CudaTensor> weights = new LinkedHashMap<>();
    for (int i = 0; i < Sizes.WEIGHTS; i++) {
      weights.put("weight" + i, memory.tensor(i, spec));
    }
    double bytes = (double) spec.byteCount() * Sizes.WEIGHTS;
    String what = " of " + Sizes.WEIGHTS + " tensors " + spec;
    double fingerprint =
        Medians.ofCalls(sizes.runs(), run -> Fingerprint.ofWeights(weights, engine));
    addReading("fingerprint" + what, fingerprint, bytes);
    double check =
        Medians.ofCalls(
            sizes.runs(),
            run -> ChangeDigest.of(weights.values().stream().map(engine::view).toList()));
    addReading("change check" + what, check, bytes);
  }

  private void addReading(String what, double micros, double bytes) {
    Map<String, Double> values = Figures.values("call_us", micros);
    values.put("read_gb_per_s", Figures.gigabytesPerSecond(bytes, micros));
    figures.add(what, values);
  }
}
