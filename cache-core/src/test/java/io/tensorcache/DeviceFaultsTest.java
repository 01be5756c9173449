package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each call that the cache makes of the driver fails once, one after another: values are right,
 * only what moves rows by request may throw, and nothing is left behind.
 */
@RequiresStandin
class DeviceFaultsTest {
  private static final int KEY_BYTES = 8456; // of a cache, freed when nothing refers to it
  private static final String[] KINDS = {"events", "streams", "pinned", "pool"};

  private final StandinFunction function = new StandinFunction();

  @BeforeEach
  void begin() {
    Standin.set("emulated tiles", 0); // the host's part is what is tested
  }

  /** A little of everything that a device tier does. */
  private void use(TensorCache cache) {
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    function.check(cached, 0, 2, 1, 2);
    function.check(cached, 0, 3, 4);
    function.check(cached, 0, 1, 3, 5);
    mayFail(() -> cache.trimDevice(ByteSize.ofBytes(256)));
    mayFail(() -> cache.moveTo(0));
    function.check(cached, 0, 5, 4, 3);
    cache.stats();
    cache.reset();
    function.check(cached, 0, 4);
    function.free();
  }

  private static void mayFail(Runnable call) {
    try {
      call.run();
    } catch (DeviceException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("CUDA_ERROR"), e.toString());
    }
  }

  private TensorCache open() {
    return function.builder(3).heap(ByteSize.ofMiB(1)).build();
  }

  /** So that blocks that a launch still uses make no difference. */
  private static void fillPinnedPool() {
    List<PinnedBlock> blocks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      blocks.add(Devices.get().device(0).pinned(1));
    }
    blocks.forEach(PinnedBlock::close);
  }

  private static long[] left() {
    Standin.settle();
    long[] left = Arrays.stream(KINDS).mapToLong(Standin::live).toArray();
    long[] all = Arrays.copyOf(left, left.length + 1);
    all[left.length] = Standin.allocated();
    return all;
  }

  private final List<TensorCache> kept = new ArrayList<>();

  /** Fails the calls of these numbers; returns the number of calls. */
  private long failEach(int code, boolean isKept, long first, int step) {
    for (long number = first; ; number += step) {
      String what = "call " + number + " fails with " + code;
      long[] before = left();
      try (TensorCache cache = open()) {
        kept.add(cache);
        Standin.failCall(number, code);
        use(cache);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(what, e);
      }
      assertEquals(0, Standin.live("contexts"), what);
      assertEquals(0, Standin.count("dead handles"), what);
      if (isKept) {
        assertNothingIsLeft(before, left(), what);
      }
      if (Standin.callsToFailure() > 0) {
        Standin.failCall(0, 0);
        return number;
      }
    }
  }

  private static void assertNothingIsLeft(long[] before, long[] after, String what) {
    for (int i = 0; i < KINDS.length; i++) {
      assertEquals(before[i], after[i], KINDS[i] + ": " + what);
    }
    long keys = after[KINDS.length] - before[KINDS.length];
    assertTrue(keys % KEY_BYTES == 0 && keys <= 3 * KEY_BYTES, keys + " bytes: " + what);
  }

  private void nothingIsWrongOrLeftBehind(int code, int pools, int step) {
    Standin.set("pools", pools);
    try (TensorCache cache = open()) {
      use(cache); // everything is loaded
    }
    fillPinnedPool();
    long calls = failEach(code, true, 1 + new Random().nextInt(step), step);
    assertTrue(calls > 100, calls + " calls");
  }

  /** Every third, from a random one on. */
  @Test
  void nothingIsWrongOrLeftBehindWhateverCallFails() {
    nothingIsWrongOrLeftBehind(701, 1, 3);
  }

  @Tag("nightly")
  @Test
  void norWhereAnyCallFails() {
    nothingIsWrongOrLeftBehind(701, 1, 1);
  }

  /** Every twentieth, from a random one on. */
  @ParameterizedTest
  @CsvSource({"2, 1", "400, 1", "701, 0", "2, 0"})
  void norForOtherReasons(int code, int pools) {
    nothingIsWrongOrLeftBehind(code, pools, 20);
  }

  @Tag("nightly")
  @ParameterizedTest
  @CsvSource({"2, 1", "400, 1", "701, 0", "2, 0"})
  void norForOtherReasonsInAnyCall(int code, int pools) {
    nothingIsWrongOrLeftBehind(code, pools, 1);
  }

  /** The driver may leave before the program's last hooks and threads do. */
  @Test
  void closesAfterTheDriverHasLeft() {
    TensorCache cache = open();
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    StandinTensor input = StandinFunction.batch(0, 2, 1);
    Standin.set("left", 1);
    assertEquals(2, cached.apply(input).spec().dim(0), "the function runs by itself");
    assertEquals(4, ((DeviceException) function.failures.get(0)).code());
    assertEquals(0, cache.stats().devices().get(0).entries());
    cache.close();
    TensorCache another = TensorCache.builder("late").heap(ByteSize.ofMiB(1)).build();
    another.close();
  }

  /** Every tenth, from a random one on. */
  @Test
  void opensADeviceLaterWhateverCallFails() {
    openLater(10);
  }

  @Tag("nightly")
  @Test
  void opensADeviceLaterWhereAnyCallFails() {
    openLater(1);
  }

  private void openLater(int step) {
    boolean isEnd = false;
    for (long number = 1 + new Random().nextInt(step); !isEnd; number += step) {
      Standin.restart(0);
      try (TensorCache cache = open()) {
        kept.add(cache);
        CachedFunction<StandinTensor> cached = function.wrap(cache);
        Standin.failCall(number, 2);
        function.check(cached, 0, 1, 2);
        isEnd = Standin.callsToFailure() > 0;
        Standin.failCall(0, 0);
        function.check(cached, 0, 2, 1);
        long launches = Standin.count("cuLaunchKernel");
        function.check(cached, 0, 1, 2);
        assertTrue(Standin.count("cuLaunchKernel") > launches, "keys on the device: " + number);
      }
      assertEquals(0, Standin.live("contexts"), "call " + number);
    }
  }

  /** At every twentieth call, from a random one on. */
  @ParameterizedTest
  @CsvSource({"999", "709"})
  void nothingIsWrongWhereTheDeviceIsLost(int code) {
    loseTheDevice(code, 20);
  }

  @Tag("nightly")
  @ParameterizedTest
  @CsvSource({"999", "709"})
  void norWhereItIsLostInAnyCall(int code) {
    loseTheDevice(code, 1);
  }

  private void loseTheDevice(int code, int step) {
    try (TensorCache cache = open()) {
      use(cache);
    }
    failEach(code, false, 1 + new Random().nextInt(step), step);
  }
}
