package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.MissReason;
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
class DeviceCacheTest extends DeviceFixture {
  private static final int COLUMNS = 300;

  DeviceCacheTest() {
    super(COLUMNS);
  }

  private TensorCacheBuilder builder() {
    return TensorCache.builder("device").heap(ByteSize.ofMiB(16)).listener(failures::add);
  }

  @Test
  void computesMissingRowsOnTheDeviceAndServesTheOthers() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      assertArrayEquals(expected(1, 2, 3, 1), cached.apply(batch(0, 1, 2, 3, 1)).floats());
      assertArrayEquals(expected(4, 2, 5, 6), cached.apply(batch(0, 4, 2, 5, 6)).floats());
      assertArrayEquals(expected(6, 5, 1), cached.apply(batch(0, 6, 5, 1)).floats());
      assertEquals(List.of(3L, 3L), asked);
      assertEquals(4, cache.stats().hits());
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void copiesOnlyWhatItStoresToTheHost() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
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
      CachedFunction<StandinTensor> cached = wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor input = batch(0, 1, 2);
      input.floats();
      CachedFunction<StandinTensor> slow =
          cache
              .function("f", held(Fingerprint.version("1")), adapter)
              .probing(false)
              .wrap(x -> assertNever());
      StandinTensor result = slow.apply(input);
      byte[] early = new byte[(int) result.spec().byteCount()];
      Standin.peek(adapter.view(result), early);
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
              .function("f", Fingerprint.version("1"), adapter)
              .persisting(true)
              .wrap(this::engine);
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
      CachedFunction<StandinTensor> cached = wrap(cache);
      float[] values = values(1, 2, 3);
      StandinTensor plain = StandinTensor.of(0, values, 3, 10, COLUMNS / 10);
      StandinTensor transposed = plain.transposed();
      float[] first = cached.apply(transposed).floats();
      assertEquals(List.of(3L), asked, "computed as it came");
      cached.apply(plain);
      float[] again = cached.apply(transposed).floats();
      assertArrayEquals(first, again);
      assertEquals(List.of(3L, 3L), asked, "a transposed row is another row");
      StandinTensor more = StandinTensor.of(0, values(9, 1, 8), 3, 10, COLUMNS / 10).transposed();
      float[] gathered = cached.apply(more).floats();
      assertEquals(List.of(3L, 3L, 2L), asked);
      float[] direct = expected(9, 1, 8);
      for (int i = 0; i < COLUMNS; i++) {
        int row = i / 10;
        int column = i % 10; // of the transposed [30, 10]
        assertEquals(direct[column * 30 + row], gathered[i], "gathered in logical order");
      }
    }
  }

  @Test
  void runsTheFunctionWhereTheDeviceFails() {
    for (String call :
        List.of(
            "cuLaunchKernel",
            "cuEventRecord",
            "cuPointerGetAttribute",
            "cuStreamIsCapturing",
            "cuMemcpyDtoHAsync",
            "cuMemcpyHtoDAsync",
            "cuMemcpyDtoDAsync")) {
      failures.clear();
      asked.clear();
      try (TensorCache cache = builder().build()) {
        CachedFunction<StandinTensor> cached = wrap(cache);
        cached.apply(batch(0, 1, 2));
        Standin.fail(call, 701, 1);
        StandinTensor input = batch(0, 1, 3);
        assertArrayEquals(expected(1, 3), cached.apply(input).floats(), call);
        assertEquals(1, failures.size(), call);
        assertEquals(701, ((DeviceException) failures.get(0)).code());
        assertEquals(1, cache.stats().failures());
        assertTrue(cache.stats().misses(MissReason.DEVICE) > 0, call);
        assertEquals(2L, asked.get(asked.size() - 1), "the whole batch, by itself");
        assertArrayEquals(expected(1, 2, 3), cached.apply(batch(0, 1, 2, 3)).floats(), call);
        assertEquals(1, failures.size(), call);
      }
    }
  }

  @Test
  void runsTheFunctionAfterItsContextWasDestroyed() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<HostTensor> unrelated =
          cache.wrap("g", Fingerprint.version("1"), HostTensor.adapter(), x -> x);
      CachedFunction<StandinTensor> cached =
          cache.wrap("f", Fingerprint.version("1"), adapter, x -> x);
      StandinTensor gone = batch(0, 1, 2);
      cached.apply(gone);
      Standin.destroyContext(0);
      assertSame(gone, cached.apply(gone), "what the function returns by itself");
      assertEquals(709, ((DeviceException) failures.get(0)).code());
      HostTensor x = HostTensor.ofFloats(values(1), 1, COLUMNS);
      assertArrayEquals(values(1), unrelated.apply(x).floats());
    } finally {
      Standin.restart(0);
    }
  }

  @Test
  void letsTheFunctionsOwnFailureThrough() {
    try (TensorCache cache = builder().build()) {
      DeviceException own = new DeviceException("mine", 719);
      CachedFunction<StandinTensor> cached =
          cache.wrap(
              "f",
              Fingerprint.version("1"),
              adapter,
              x -> {
                asked.add(1L);
                throw own;
              });
      assertSame(own, assertThrows(DeviceException.class, () -> cached.apply(batch(0, 1))));
      assertEquals(1, asked.size());
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void refusesAStreamUnderCaptureAtOnce() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      StandinTensor input = batch(0, 1);
      cached.apply(input);
      Standin.capture(StandinTensor.stream(0), true);
      assertThrows(IllegalStateException.class, () -> cached.apply(input));
      Standin.capture(StandinTensor.stream(0), false);
      assertArrayEquals(expected(1), cached.apply(input).floats());
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void returnsResultsOnTheDeviceOfTheInput() {
    Standin.set("devices", 2);
    Standin.restart(1);
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor other = cached.apply(batch(1, 2, 1));
      assertEquals(1, other.device());
      assertArrayEquals(expected(2, 1), other.floats());
      assertEquals(List.of(2L), asked, "a row has one key on all devices");
    }
  }

  @Test
  void keepsOptionsAndShapesAsOnTheHost() {
    try (TensorCache cache = builder().offHeap(ByteSize.ofMiB(8)).build()) {
      CachedFunction<StandinTensor> halves =
          cache
              .function("half", Fingerprint.version("1"), adapter)
              .storeAs(DType.BFLOAT16)
              .wrap(this::engine);
      float[] rounded = halves.apply(batch(0, 1, 2)).floats();
      assertArrayEquals(rounded, halves.apply(batch(0, 1, 2)).floats());
      assertEquals(3.0f, rounded[0]);
      CachedFunction<StandinTensor> whole =
          cache
              .function("whole", Fingerprint.version("1"), adapter)
              .granularity(Granularity.WHOLE)
              .wrap(x -> StandinTensor.of(0, new float[] {x.floats()[0], 5}, 2));
      assertArrayEquals(new float[] {4, 5}, whole.apply(batch(0, 4, 1)).floats());
      assertArrayEquals(new float[] {4, 5}, whole.apply(batch(0, 4, 1)).floats());
      CachedFunction<StandinTensor> all =
          cache
              .function("all", Fingerprint.version("1"), adapter)
              .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
              .wrap(this::engine);
      all.apply(batch(0, 1));
      assertArrayEquals(expected(1, 7), all.apply(batch(0, 1, 7)).floats());
      CachedFunction<StandinTensor> never =
          cache
              .function("never", Fingerprint.version("1"), adapter)
              .level(CacheLevel.TOTAL)
              .wrap(this::engine);
      assertArrayEquals(expected(1, 7), never.apply(batch(0, 1, 7)).floats());
      assertEquals(0, all.apply(batch(0)).floats().length);
      CachedFunction<StandinTensor> two =
          cache
              .function("two", Fingerprint.version("1"), adapter)
              .wrapOperation(in -> Outputs.of(in.tensor(0), in.tensor(1)));
      Inputs<StandinTensor> inputs = Inputs.of(batch(0, 1, 2), batch(0, 3, 4));
      two.apply(inputs);
      Outputs<StandinTensor> hit = two.apply(inputs);
      assertArrayEquals(values(1, 2), hit.tensor(0).floats());
      assertArrayEquals(values(3, 4), hit.tensor(1).floats());
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void fingerprintsWeightsWhereTheyLie() {
    float[] weights = values(5, 6, 7);
    Fingerprint onHost =
        Fingerprint.ofWeights(
            Map.of("w", HostTensor.ofFloats(weights, 3, COLUMNS)), HostTensor.adapter());
    Fingerprint onDevice = Fingerprint.ofWeights(Map.of("w", batch(0, 5, 6, 7)), adapter);
    assertEquals(onHost, onDevice);
  }

  @Test
  void freesWhatItGathersAndReleasesWhatItDoesNotReturn() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached = wrap(cache);
      cached.apply(batch(0, 1, 2));
      StandinTensor input = batch(0, 3, 1);
      long before = StandinTensor.live();
      cached.apply(input); // one result and the engine's own output
      assertEquals(2, StandinTensor.live() - before);
      Standin.fail("cuMemcpyHtoDAsync", 701, 1);
      before = StandinTensor.live();
      cached.apply(input); // the engine's output only: the result was given up
      assertEquals(1, StandinTensor.live() - before);
    }
  }

  @Test
  void refusesAnAdapterThatAllocatesElsewhere() {
    try (TensorCache cache = builder().build()) {
      CachedFunction<Object> cached =
          cache.wrap("f", Fingerprint.version("1"), new WrongAdapter(), x -> x);
      cached.apply(batch(0, 1));
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> cached.apply(batch(0, 1, 2)));
      assertTrue(String.valueOf(e.getMessage()).contains("allocate on the device of the input"));
    }
  }

  /** Sees device tensors, but allocates on the host. */
  private static final class WrongAdapter implements io.tensorcache.tensor.TensorAdapter<Object> {
    private final StandinTensor.Adapter device = new StandinTensor.Adapter();

    @Override
    public Class<Object> type() {
      return Object.class;
    }

    @Override
    public io.tensorcache.tensor.TensorView view(Object tensor) {
      return tensor instanceof HostTensor host
          ? HostTensor.adapter().view(host)
          : device.view((StandinTensor) tensor);
    }

    @Override
    public Object allocate(TensorSpec spec, Object like) {
      return HostTensor.zeros(spec);
    }

    @Override
    public void release(Object tensor) {}
  }

  @Test
  void computesARowOnceForThreadsOnStreamsOfTheirOwn() throws Exception {
    long seed = new Random().nextLong();
    AtomicInteger computed = new AtomicInteger();
    try (TensorCache cache = builder().build()) {
      CachedFunction<StandinTensor> cached =
          cache
              .function("f", Fingerprint.version("1"), adapter)
              .probing(false)
              .wrap(
                  x -> {
                    computed.addAndGet((int) x.spec().dim(0));
                    return engine(x);
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
      assertEquals(List.of(), failures);
    }
  }
}
