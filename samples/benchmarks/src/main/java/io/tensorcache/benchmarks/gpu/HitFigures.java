package io.tensorcache.benchmarks.gpu;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.TensorCacheBuilder;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.DeviceCopies;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Times of batches that are served from each tier, beside copying the same rows. Confined to one
 * thread.
 */
final class HitFigures {
  private final CudaTensors engine;
  private final RandomMemory memory;
  private final Sizes sizes;
  private final Figures figures;
  private final TensorSpec images;
  private final TensorSpec features;

  HitFigures(CudaTensors engine, RandomMemory memory, Sizes sizes, Figures figures) {
    this.engine = engine;
    this.memory = memory;
    this.sizes = sizes;
    this.figures = figures;
    this.images = sizes.images(DType.FLOAT32);
    this.features = sizes.features();
  }

  /** Returns what a hit from the device tier takes, in microseconds. */
  double measure(Path directory) {
    long bytes = features.byteCount() * sizes.batches();
    ByteSize room = ByteSize.ofBytes(Math.max(32 << 20, 2 * bytes));
    ByteSize none = ByteSize.ofBytes(0);
    double onDevice = copyOnDeviceMicros();
    double fromHost = copyFromHostMicros();
    double hit = measure(Tier.DEVICE, onDevice, cache -> cache.device(room).deviceReserve(none));
    measure(Tier.OFF_HEAP, fromHost, cache -> cache.offHeap(room));
    measure(Tier.DURABLE, fromHost, cache -> cache.heap(none).store(s -> s.directory(directory)));
    return hit;
  }

  private double measure(Tier tier, double copy, UnaryOperator<TensorCacheBuilder> options) {
    try (TensorCache cache = options.apply(TensorCache.builder("bench-gpu")).build()) {
      CachedFunction<CudaTensor> cached =
          cache
              .function("heads", Fingerprint.version("1"), engine)
              .persisting(tier == Tier.DURABLE)
              .wrap(this::heads);
      for (int batch = 0; batch < sizes.batches(); batch++) {
        engine.release(cached.apply(image(batch)));
      }
      cache.flush();
      CacheStats before = cache.stats();
      double hit =
          Medians.ofCalls(
              sizes.runs(),
              run -> {
                CudaTensor result = cached.apply(image(run));
                engine.await();
                engine.release(result);
              });
      Map<String, Double> values = Figures.values("hit_us", hit);
      values.put("copy_us", copy);
      values.put("beyond_us", hit - copy);
      figures.add("hit of " + features + " from " + tier, values);
      if (tier == Tier.DEVICE) {
        measureEpoch(cached);
      }
      requireServedFrom(tier, cache.stats().since(before));
      return hit;
    }
  }

  /** A figure of anything else would be called by the wrong name. */
  static void requireServedFrom(Tier tier, CacheStats stats) {
    long there = stats.hitsByTier().getOrDefault(tier, 0L);
    if (stats.misses() > 0 || there != stats.hits()) {
      throw new IllegalStateException(
          "not all rows came from "
              + tier
              + ": "
              + stats.hitsByTier()
              + ", "
              + stats.misses()
              + " computed");
    }
  }

  private void measureEpoch(CachedFunction<CudaTensor> cached) {
    int batches = sizes.batches();
    double epoch =
        Medians.ofCalls(
            Math.max(1, sizes.runs() / 10),
            run -> {
              for (int batch = 0; batch < batches; batch++) {
                engine.release(cached.apply(image(batch)));
              }
              engine.await();
            });
    long bytes = features.byteCount();
    RandomMemory table = new RandomMemory(engine, bytes * batches, 2);
    double byHand =
        Medians.ofCalls(
            Math.max(1, sizes.runs() / 10),
            run -> {
              for (int batch = 0; batch < batches; batch++) {
                CudaTensor result = engine.allocate(features);
                copy(table.piece(batch, bytes), result.address(), bytes);
                engine.release(result);
              }
              engine.await();
            });
    Map<String, Double> values = Figures.values("cached_us", epoch);
    values.put("by_hand_us", byHand);
    values.put("ratio", epoch / byHand);
    figures.add("epoch of " + batches + " batches, nothing but features", values);
  }

  private CudaTensor image(int run) {
    return memory.tensor(run % sizes.batches(), images);
  }

  /** The first elements of each row: an output that costs a copy. */
  private CudaTensor heads(CudaTensor input) {
    TensorSpec spec = features.row().batch(input.spec().dim(0));
    CudaTensor output = engine.allocate(spec);
    try (DeviceCopies copies = engine.device().copies(CudaTensors.STREAM)) {
      copies.gather(
          output.address(),
          input.address(),
          input.spec().row().byteCount(),
          spec.row().byteCount(),
          spec.dim(0));
    }
    return output;
  }

  private void copy(long from, long to, long bytes) {
    try (DeviceCopies copies = engine.device().copies(CudaTensors.STREAM)) {
      copies.copy(to, from, bytes);
    }
  }

  /** What copying the rows takes: one call for the block, on the host's clock as the hits are. */
  private double copyOnDeviceMicros() {
    long bytes = features.byteCount();
    return Medians.ofCalls(
        sizes.runs(),
        run -> {
          CudaTensor result = engine.allocate(features);
          copy(memory.piece(run, bytes), result.address(), bytes);
          engine.await();
          engine.release(result);
        });
  }

  /** What copying the rows from pinned host memory takes, which is the fastest there is. */
  private double copyFromHostMicros() {
    long bytes = features.byteCount();
    try (PinnedBlock rows = engine.device().pinned(bytes)) {
      return Medians.ofCalls(
          sizes.runs(),
          run -> {
            CudaTensor result = engine.allocate(features);
            engine.device().upload(rows, result.address(), bytes, CudaTensors.STREAM);
            engine.await();
            engine.release(result);
          });
    }
  }
}
