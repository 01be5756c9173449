package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Someone resets the device, as {@code cudaDeviceReset} does, and uses it again: the context has
 * the same handle, and where rows were there are other tensors now.
 */
@RequiresStandin
class DeviceResetTest {
  private final StandinFunction function = new StandinFunction();

  @BeforeEach
  void giveAddressesOutAgain() {
    Standin.set("recycle", 1);
  }

  /** Tensors of these rows at as many addresses of the old context as there are. */
  private static List<StandinTensor> fill(int... rows) {
    List<StandinTensor> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(StandinFunction.batch(0, rows));
      all.get(i).floats();
    }
    return all;
  }

  private void isServedRightAfterAReset(TensorCache cache) {
    CachedFunction<StandinTensor> cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    function.check(cached, 0, 2, 1);
    assertEquals(List.of(2L), function.asked);
    Standin.destroyContext(0);
    List<StandinTensor> others = fill(7);
    StandinTensor input = StandinFunction.batch(0, 1, 2);
    assertArrayEquals(StandinFunction.expected(1, 2), cached.apply(input).floats());
    assertEquals(2, function.asked.size(), "computed anew");
    assertEquals(1, function.failures.size(), function.failures.toString());
    assertEquals(709, ((DeviceException) function.failures.get(0)).code());
    function.check(cached, 0, 2, 1);
    function.check(cached, 0, 1, 2);
    assertEquals(1, function.failures.size(), function.failures.toString());
    for (StandinTensor other : others) {
      assertArrayEquals(StandinFunction.values(7), other.floats(), "nobody wrote to it");
    }
    assertEquals(0, Standin.count("dead handles"));
  }

  @Test
  void rowsOfTheOldContextAreNotServed() {
    try (TensorCache cache = function.builder(100).build()) {
      isServedRightAfterAReset(cache);
      assertEquals(2, cache.stats().devices().get(0).entries());
      assertEquals(2, cache.stats().functions().get(0).rowsInMemory());
    }
  }

  @Test
  void neitherAreTheyWhereKeysAreMadeOnTheHost() {
    try (TensorCache cache = function.builder(100).keyBackend(KeyBackend.JAVA).build()) {
      isServedRightAfterAReset(cache);
    }
  }

  @Test
  void rowsOfTheHostAreServedAsBefore() {
    try (TensorCache cache =
        TensorCache.builder("host")
            .heap(ByteSize.ofMiB(1))
            .listener(function.failures::add)
            .build()) {
      isServedRightAfterAReset(cache);
    }
  }

  @Test
  void closingFreesNothingThatIsOthers() {
    TensorCache cache = function.builder(100).build();
    function.check(function.wrap(cache), 0, 1, 2, 3);
    Standin.destroyContext(0);
    List<StandinTensor> others = fill(7, 8, 9);
    long allocated = Standin.allocated();
    cache.close();
    assertEquals(allocated, Standin.allocated());
    for (StandinTensor other : others) {
      assertArrayEquals(StandinFunction.values(7, 8, 9), other.floats());
    }
    assertEquals(0, Standin.count("dead handles"));
  }

  @Test
  void trimmingAndMovingFindNothing() {
    try (TensorCache cache = function.builder(100).heap(ByteSize.ofMiB(1)).build()) {
      CachedFunction<StandinTensor> cached = function.wrap(cache);
      function.check(cached, 0, 1, 2, 3);
      Standin.destroyContext(0);
      List<StandinTensor> others = fill(7);
      long allocated = Standin.allocated();
      try {
        cache.trimDevice(ByteSize.ofBytes(0));
      } catch (DeviceException e) {
        assertEquals(709, e.code());
      }
      assertEquals(0, cache.stats().devices().get(0).entries());
      assertEquals(allocated, Standin.allocated());
      assertEquals(0, cache.moveTo(0));
      function.check(cached, 0, 3, 2, 1);
      assertArrayEquals(StandinFunction.values(7), others.get(0).floats());
      assertEquals(0, Standin.count("dead handles"));
    }
  }

  @Test
  void weightsAreHashedAnew() {
    List<StandinTensor> weights = new ArrayList<>();
    Fingerprint before = null;
    for (int i = 0; i < 3; i++) {
      StandinTensor tensor = StandinFunction.batch(0, 1, 2);
      weights.add(tensor);
      Fingerprint found = null;
      for (int attempt = 0; found == null; attempt++) {
        assertTrue(attempt < 2, "one failure tells of the new context");
        try {
          found = Fingerprint.ofWeights(java.util.Map.of("w", tensor), function.adapter);
        } catch (DeviceException e) {
          assertEquals(709, e.code());
        }
      }
      assertEquals(before == null ? found : before, found);
      before = found;
      Standin.destroyContext(0);
    }
    assertEquals(0, Standin.count("dead handles"));
  }
}
