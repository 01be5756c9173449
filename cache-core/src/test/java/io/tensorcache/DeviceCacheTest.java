package io.tensorcache;

import static io.tensorcache.StandinFunction.COLUMNS;
import static io.tensorcache.StandinFunction.batch;
import static io.tensorcache.StandinFunction.expected;
import static io.tensorcache.StandinFunction.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cached functions on tensors in device memory. */
@RequiresStandin
class DeviceCacheTest {
  private final StandinFunction function = new StandinFunction();

  private TensorCacheBuilder builder() {
    return TensorCache.builder("device").heap(ByteSize.ofMiB(16)).listener(function.failures::add);
  }

  @Test
  void computesMissingRowsOnTheDeviceAndServesTheOthers() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      assertArrayEquals(expected(1, 2, 3, 1), cached.apply(batch(0, 1, 2, 3, 1)).floats());
      assertArrayEquals(expected(4, 2, 5, 6), cached.apply(batch(0, 4, 2, 5, 6)).floats());
      assertArrayEquals(expected(6, 5, 1), cached.apply(batch(0, 6, 5, 1)).floats());
      assertEquals(List.of(3L, 3L), function.asked);
      assertEquals(4, cache.stats().hits());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void copiesOnlyWhatItStoresToTheHost() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      long rowBytes = 4L * COLUMNS;
      cached.apply(batch(0, 1, 2)).floats();
      Standin.reset();
      cached.apply(batch(0, 1, 3, 4)).floats();
      assertEquals(2 * rowBytes, Standin.count("bytes to host"), "the rows that were computed");
      assertEquals(2 * rowBytes, Standin.count("bytes on device"), "the rows that were missing");
      assertEquals(1, Standin.count("cuMemcpyDtoDAsync"), "they lie one after another");
      Standin.reset();
      StandinTensor hit = cached.apply(batch(0, 4, 1));
      assertEquals(0, Standin.count("bytes to host"));
      assertEquals(2 * rowBytes, Standin.count("bytes to device"));
      assertEquals(1, Standin.count("cuMemcpyHtoDAsync"), "one copy for the batch");
      assertEquals(0, Standin.count("cuStreamSynchronize"));
      assertArrayEquals(expected(4, 1), hit.floats());
    }
  }

  /** The copy is queued behind what the stream does already, and nobody waits for it. */
  @Test
  void returnsAHitBeforeItIsCopied() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor input = batch(0, 1, 2);
      input.floats();
      CachedFunction<StandinTensor> slow =
          cache
              .function("f", held(Fingerprint.version("1")), function.adapter)
              .probing(false)
              .wrap(x -> assertNever());
      StandinTensor result = slow.apply(input);
      byte[] early = new byte[(int) result.spec().byteCount()];
      Standin.peek(function.adapter.view(result), early);
      assertArrayEquals(new byte[early.length], early, "not copied yet");
      Standin.hold(false);
      assertArrayEquals(expected(1, 2), result.floats());
    }
  }

  private static StandinTensor assertNever() {
    throw new AssertionError("everything is stored");
  }

  /** Streams are held as soon as the keys are there: at the first copy to the device. */
  private static FingerprintSource held(Fingerprint fingerprint) {
    return () -> {
      Standin.holdAt("cuMemcpyHtoDAsync");
      return fingerprint;
    };
  }

  @Test
  void servesRowsToTheHostThatADeviceComputed(@TempDir Path directory) {
    try (TensorCache cache = builder().store(store -> store.directory(directory)).build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .persisting(true)
              .wrap(function::compute);
      cached.apply(batch(0, 1, 2, 3));
      assertTrue(cache.flush());
    }
    try (TensorCache cache = builder().store(store -> store.directory(directory)).build()) {
      CachedFunction<HostTensor> onHost =
          cache
              .function("f", Fingerprint.version("1"), HostTensor.adapter())
              .persisting(true)
              .wrap(x -> HostTensor.zeros(TensorSpec.of(DType.FLOAT32, 99)));
      HostTensor input = HostTensor.ofFloats(values(3, 1), 2, COLUMNS);
      assertArrayEquals(expected(3, 1), onHost.apply(input).floats());
    }
  }

  @Test
  void takesStridedInputs() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      float[] values = values(1, 2, 3);
      StandinTensor plain = StandinTensor.of(0, values, 3, 10, COLUMNS / 10);
      StandinTensor transposed = plain.transposed();
      float[] first = cached.apply(transposed).floats();
      assertEquals(List.of(3L), function.asked, "computed as it came");
      cached.apply(plain);
      float[] again = cached.apply(transposed).floats();
      assertArrayEquals(first, again);
      assertEquals(List.of(3L, 3L), function.asked, "a transposed row is another row");
      StandinTensor more = StandinTensor.of(0, values(9, 1, 8), 3, 10, COLUMNS / 10).transposed();
      float[] gathered = cached.apply(more).floats();
      assertEquals(List.of(3L, 3L, 2L), function.asked);
      float[] direct = expected(9, 1, 8);
      for (int i = 0; i < COLUMNS; i++) {
        int row = i / 10;
        int column = i % 10; // of the transposed [COLUMNS / 10, 10]
        assertEquals(
            direct[column * (COLUMNS / 10) + row], gathered[i], "gathered in logical order");
      }
    }
  }

  @Test
  void returnsResultsOnTheDeviceOfTheInput() {
    Standin.set("devices", 2);
    Standin.restart(1);
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor other = cached.apply(batch(1, 2, 1));
      assertEquals(1, other.device());
      assertArrayEquals(expected(2, 1), other.floats());
      assertEquals(List.of(2L), function.asked, "a row has one key on all devices");
    }
  }

  @Test
  void keepsOptionsAndShapesAsOnTheHost() {
    try (TensorCache cache = builder().offHeap(ByteSize.ofMiB(8)).build()) {
      CachedFunction<StandinTensor> halves =
          cache
              .function("half", Fingerprint.version("1"), function.adapter)
              .storeAs(DType.BFLOAT16)
              .wrap(function::compute);
      float[] rounded = halves.apply(batch(0, 1, 2)).floats();
      assertArrayEquals(rounded, halves.apply(batch(0, 1, 2)).floats());
      assertEquals(3.0f, rounded[0]);
      CachedFunction<StandinTensor> whole =
          cache
              .function("whole", Fingerprint.version("1"), function.adapter)
              .granularity(Granularity.WHOLE)
              .wrap(x -> StandinTensor.of(0, new float[] {x.floats()[0], 5}, 2));
      assertArrayEquals(new float[] {4, 5}, whole.apply(batch(0, 4, 1)).floats());
      assertArrayEquals(new float[] {4, 5}, whole.apply(batch(0, 4, 1)).floats());
      CachedFunction<StandinTensor> all =
          cache
              .function("all", Fingerprint.version("1"), function.adapter)
              .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
              .wrap(function::compute);
      all.apply(batch(0, 1));
      assertArrayEquals(expected(1, 7), all.apply(batch(0, 1, 7)).floats());
      CachedFunction<StandinTensor> never =
          cache
              .function("never", Fingerprint.version("1"), function.adapter)
              .level(CacheLevel.TOTAL)
              .wrap(function::compute);
      assertArrayEquals(expected(1, 7), never.apply(batch(0, 1, 7)).floats());
      assertEquals(0, all.apply(batch(0)).floats().length);
      CachedFunction<StandinTensor> two =
          cache
              .function("two", Fingerprint.version("1"), function.adapter)
              .wrapOperation(in -> Outputs.of(in.tensor(0), in.tensor(1)));
      Inputs<StandinTensor> inputs = Inputs.of(batch(0, 1, 2), batch(0, 3, 4));
      two.apply(inputs);
      Outputs<StandinTensor> hit = two.apply(inputs);
      assertArrayEquals(values(1, 2), hit.tensor(0).floats());
      assertArrayEquals(values(3, 4), hit.tensor(1).floats());
      assertEquals(List.of(), function.failures);
    }
  }

  @Test
  void fingerprintsWeightsWhereTheyLie() {
    float[] weights = values(5, 6, 7);
    Fingerprint onHost =
        Fingerprint.ofWeights(
            Map.of("w", HostTensor.ofFloats(weights, 3, COLUMNS)), HostTensor.adapter());
    Fingerprint onDevice = Fingerprint.ofWeights(Map.of("w", batch(0, 5, 6, 7)), function.adapter);
    assertEquals(onHost, onDevice);
  }

  @Test
  void computesARowOnceForThreadsOnStreamsOfTheirOwn() throws Exception {
    long seed = new Random().nextLong();
    AtomicInteger computed = new AtomicInteger();
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), function.adapter)
              .probing(false)
              .wrap(
                  x -> {
                    computed.addAndGet((int) x.spec().dim(0));
                    return function.compute(x);
                  });
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        Random random = new Random(seed + thread);
        tasks.add(
            () -> {
              for (int i = 0; i < 15; i++) {
                int[] rows = random.ints(4, 0, 20).toArray();
                assertArrayEquals(
                    expected(rows), cached.apply(batch(0, rows)).floats(), "seed " + seed);
              }
              return null;
            });
      }
      ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
      try {
        for (Future<Void> done : threads.invokeAll(tasks)) {
          done.get();
        }
      } finally {
        threads.shutdown();
      }
      assertTrue(computed.get() <= 20, computed + " rows computed, seed " + seed);
      assertEquals(List.of(), function.failures);
    }
  }
}
