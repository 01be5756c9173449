package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** One function asked with tensors in host memory and on devices, as an engine's type has both. */
@RequiresStandin
class MixedPlacesTest {
  private static final int COLUMNS = 60; // 240 bytes: a row counts for 256
  private static final int HOST = -1;

  private final long seed = new Random().nextLong();
  private final TensorAdapter<Object> either = new EitherAdapter();
  private final List<TensorCacheException> failures = new CopyOnWriteArrayList<>();
  private final List<String> computed = new ArrayList<>(); // where, and how many rows

  /** Which tier of the host there is beside that of the device. */
  private List<TensorCacheBuilder> builders() {
    return List.of(device().heap(ByteSize.ofMiB(1)), device().offHeap(ByteSize.ofMiB(4)));
  }

  private TensorCacheBuilder device() {
    return TensorCache.builder("mixed")
        .device(ByteSize.ofBytes(256 * 100))
        .deviceReserve(ByteSize.ofBytes(0))
        .listener(failures::add);
  }

  private static Tier hostTier(TensorCache cache) {
    return cache.stats().tiers().get(1).tier();
  }

  private CachedFunction<Object> wrapEither(TensorCache cache) {
    return cache.function("f", Fingerprint.version("1"), either).probing(false).wrap(this::turned);
  }

  /** Any bits become any other bits, NaNs and negative zeros included. */
  private Object turned(Object input) {
    float[] values = floats(input);
    for (int i = 0; i < values.length; i++) {
      values[i] = turned(values[i]);
    }
    TensorSpec spec = either.view(input).spec();
    computed.add((input instanceof HostTensor ? "host " : "device ") + spec.dim(0));
    return tensor(input instanceof HostTensor ? HOST : 0, values);
  }

  private static float turned(float value) {
    return Float.intBitsToFloat(Integer.rotateLeft(Float.floatToRawIntBits(value), 7));
  }

  private static float[] floats(Object tensor) {
    return tensor instanceof HostTensor host ? host.floats() : ((StandinTensor) tensor).floats();
  }

  private static Object tensor(int place, float[] values) {
    long rows = values.length / COLUMNS;
    return place == HOST
        ? HostTensor.ofFloats(values, rows, COLUMNS)
        : StandinTensor.of(place, values, rows, COLUMNS);
  }

  /** Random bits. */
  private float[] values(int... rows) {
    float[] values = new float[rows.length * COLUMNS];
    for (int row = 0; row < rows.length; row++) {
      Random random = new Random(seed + rows[row]);
      for (int column = 0; column < COLUMNS; column++) {
        values[row * COLUMNS + column] = Float.intBitsToFloat(random.nextInt());
      }
    }
    return values;
  }

  /** A call is right to the last bit, in the place of its input; returns what it added. */
  private CacheStats check(CachedFunction<Object> cached, TensorCache cache, int at, int... rows) {
    CacheStats before = cache.stats();
    Object output = cached.apply(tensor(at, values(rows)));
    assertEquals(at == HOST, output instanceof HostTensor, "seed " + seed);
    float[] expected = values(rows);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = turned(expected[i]);
    }
    assertArrayEquals(bits(expected), bits(floats(output)), "seed " + seed);
    return cache.stats().since(before);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static void assertCounted(CacheStats stats, Map<Tier, Long> hits, long misses) {
    assertEquals(hits, positive(stats.hitsByTier()));
    assertEquals(hits.values().stream().mapToLong(Long::longValue).sum(), stats.hits());
    assertEquals(misses, stats.misses());
    assertEquals(misses, stats.rowsComputed());
  }

  private static Map<Tier, Long> positive(Map<Tier, Long> counts) {
    Map<Tier, Long> some = new java.util.EnumMap<>(Tier.class);
    counts.forEach(
        (tier, count) -> {
          if (count > 0) {
            some.put(tier, count);
          }
        });
    return some;
  }

  @Test
  void hostTensorsAreServedRowsThatADeviceHolds() {
    for (TensorCacheBuilder builder : builders()) {
      computed.clear();
      try (TensorCache cache = builder.build()) {
        CachedFunction<Object> cached = wrapEither(cache);
        assertCounted(check(cached, cache, 0, 1, 2, 3), Map.of(), 3);
        assertEquals(3, cache.stats().devices().get(0).entries());
        assertCounted(check(cached, cache, HOST, 3, 1, 2), Map.of(Tier.DEVICE, 3L), 0);
        assertEquals(0, cache.stats().devices().get(0).hits(), "to tensors on it");
        assertCounted(check(cached, cache, HOST, 4, 2), Map.of(Tier.DEVICE, 1L), 1);
        assertEquals(List.of("device 3", "host 1"), computed);
        assertCounted(
            check(cached, cache, 0, 4, 1), Map.of(hostTier(cache), 1L, Tier.DEVICE, 1L), 0);
        assertEquals(List.of("device 3", "host 1"), computed);
        assertEquals(4, cache.stats().functions().get(0).rowsInMemory());
      }
    }
    assertEquals(List.of(), failures);
  }

  @Test
  void deviceTensorsAreServedRowsThatTheHostHolds() {
    for (TensorCacheBuilder builder : builders()) {
      computed.clear();
      try (TensorCache cache = builder.build()) {
        CachedFunction<Object> cached = wrapEither(cache);
        assertCounted(check(cached, cache, HOST, 1, 2, 3), Map.of(), 3);
        Tier tier = hostTier(cache);
        assertCounted(check(cached, cache, 0, 2, 3), Map.of(tier, 2L), 0);
        assertCounted(check(cached, cache, 0, 5, 1), Map.of(tier, 1L), 1);
        assertEquals(1, cache.stats().devices().get(0).entries());
        assertCounted(check(cached, cache, HOST, 5, 3, 1), Map.of(Tier.DEVICE, 1L, tier, 2L), 0);
        assertEquals(List.of("host 3", "device 1"), computed);
        assertEquals(4, cache.stats().functions().get(0).rowsInMemory());
      }
    }
    assertEquals(List.of(), failures);
  }

  /** Rows of host tensors need a tier of the host; those of the device are served all the same. */
  @Test
  void withoutATierOfTheHostItKeepsWhatTheDeviceComputed() {
    try (TensorCache cache = device().build()) {
      CachedFunction<Object> cached = wrapEither(cache);
      check(cached, cache, 0, 1, 2);
      assertCounted(check(cached, cache, HOST, 2, 1), Map.of(Tier.DEVICE, 2L), 0);
      assertCounted(check(cached, cache, HOST, 1, 7), Map.of(Tier.DEVICE, 1L), 1);
      assertCounted(check(cached, cache, HOST, 7), Map.of(), 1);
      assertEquals(List.of("device 2", "host 1", "host 1"), computed);
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void rowsThatCannotBeCopiedFromTheDeviceAreComputedOnTheHost() {
    try (TensorCache cache = device().heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<Object> cached = wrapEither(cache);
      check(cached, cache, 0, 1, 2);
      Standin.fail("cuMemcpyDtoHAsync", 1, 100);
      check(cached, cache, HOST, 2, 1);
      assertFalse(failures.isEmpty());
      assertTrue(failures.stream().allMatch(DeviceException.class::isInstance));
      Standin.reset();
      assertEquals(List.of("device 2", "host 2"), computed);
      check(cached, cache, HOST, 1, 2);
      assertEquals(2, computed.size(), "stored somewhere");
    }
  }

  @Test
  void rowsThatWentWithTheirDeviceAreComputedOnTheHost() {
    try (TensorCache cache = device().heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<Object> cached = wrapEither(cache);
      check(cached, cache, 0, 1, 2);
      Standin.destroyContext(0);
      check(cached, cache, HOST, 2, 1);
      assertEquals(List.of("device 2", "host 2"), computed);
      assertTrue(failures.stream().allMatch(DeviceException.class::isInstance));
      check(cached, cache, HOST, 1, 2);
      check(cached, cache, HOST, 1, 2);
      assertEquals(2, computed.size(), "stored on the host");
    }
  }

  /** Tensors of one type that lie in host memory or on a device. */
  private static final class EitherAdapter implements TensorAdapter<Object> {
    private final StandinTensor.Adapter device = new StandinTensor.Adapter();

    @Override
    public Class<Object> type() {
      return Object.class;
    }

    @Override
    public TensorView view(Object tensor) {
      return tensor instanceof HostTensor host
          ? HostTensor.adapter().view(host)
          : device.view((StandinTensor) tensor);
    }

    @Override
    public Object allocate(TensorSpec spec, Object like) {
      return like instanceof HostTensor
          ? HostTensor.zeros(spec)
          : device.allocate(spec, (StandinTensor) like);
    }

    @Override
    public void release(Object tensor) {
      if (tensor instanceof StandinTensor onDevice) {
        device.release(onDevice);
      }
    }
  }
}
