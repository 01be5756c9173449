package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors, tuples and records as the values of entries. */
class ScopeValuesTest {
  record Stats(HostTensor mean, long count, double loss, String title, CacheLevel level) {}

  record Everything(
      boolean flag, byte b, short s, char c, int i, long l, float f, double d, String text) {}

  record Unknown(HostTensor mean, List<String> names) {}

  record Boxed(Integer count) {}

  record Empty() {}

  private final TensorCache cache =
      TensorCache.builder("scopes").offHeap(ByteSize.ofMiB(2)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private Scope<HostTensor> scope(Retention retention) {
    return cache.scopeBuilder("s", HostTensor.adapter()).retention(retention).open();
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value, value}, 2);
  }

  private static Stats stats() {
    return new Stats(tensor(3), 7, 0.25, "größe", CacheLevel.HEAVY);
  }

  static Stream<Retention> retentions() {
    return Stream.of(Retention.COPY, Retention.STRONG);
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void keepsTuples(Retention retention) {
    Scope<HostTensor> scope = scope(retention);
    scope.tuple("pair").get(() -> List.of(tensor(1), HostTensor.ofLongs(new long[] {5}, 1)));
    List<HostTensor> pair = scope.tuple("pair").getIfPresent();
    assertEquals(2, pair.size());
    assertArrayEquals(new float[] {1, 1}, pair.get(0).floats());
    assertArrayEquals(new long[] {5}, pair.get(1).longs());
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void keepsOutputsWithTheirNames(Retention retention) {
    Scope<HostTensor> scope = scope(retention);
    scope.outputs("qr").put(Outputs.<HostTensor>none().and("q", tensor(1)).and("r", tensor(2)));
    Outputs<HostTensor> qr = scope.outputs("qr").getIfPresent();
    assertEquals(List.of("q", "r"), List.copyOf(qr.tensors().keySet()));
    assertArrayEquals(new float[] {2, 2}, qr.tensor("r").floats());
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void keepsRecordsOfTensorsAndScalars(Retention retention) {
    Scope<HostTensor> scope = scope(retention);
    Stats first = scope.get("statistics", Stats.class, ScopeValuesTest::stats);
    Stats second = scope.entry("statistics", Stats.class).getIfPresent();
    assertEquals(retention != Retention.COPY, first == second);
    assertArrayEquals(first.mean().floats(), second.mean().floats());
    assertEquals(7, second.count());
    assertEquals(0.25, second.loss());
    assertEquals("größe", second.title());
    assertEquals(CacheLevel.HEAVY, second.level());
  }

  @Test
  void copiesEveryKindOfScalar() {
    Scope<HostTensor> scope = scope(Retention.COPY);
    Everything all =
        new Everything(
            true, (byte) -1, Short.MIN_VALUE, '\uffff', -5, Long.MAX_VALUE, -0.0f, Math.PI, "");
    scope.entry("all", Everything.class).put(all);
    Everything read = scope.entry("all", Everything.class).getIfPresent();
    assertNotSame(all, read);
    assertEquals(all, read);
  }

  @Test
  void refusesAComponentOfAnotherTypeByItsName() {
    Scope<HostTensor> scope = scope(Retention.STRONG);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> scope.get("x", Unknown.class, () -> new Unknown(tensor(1), List.of())));
    assertTrue(refused.getMessage().contains("\"names\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("java.util.List"), refused.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> scope.get("x", Boxed.class, () -> new Boxed(1)));
    assertThrows(
        IllegalArgumentException.class, () -> scope.get("x", Empty.class, () -> new Empty()));
  }

  @Test
  void refusesNullInARecordOrTupleByItsName() {
    Scope<HostTensor> scope = scope(Retention.COPY);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> scope.get("x", Stats.class, () -> new Stats(null, 1, 1, "t", CacheLevel.LIGHT)));
    assertTrue(refused.getMessage().contains("\"mean\""), refused.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> scope.tuple("x").put(java.util.Arrays.asList(tensor(1), null)));
    assertThrows(IllegalArgumentException.class, () -> scope.tuple("x").put(List.of()));
    assertEquals(List.of(), scope.names());
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void saysWhatAnEntryHoldsWhenAnotherKindIsAskedFor(Retention retention) {
    Scope<HostTensor> scope = scope(retention);
    scope.put("tensor", tensor(1));
    scope.entry("stats", Stats.class).put(stats());
    assertThrows(IllegalStateException.class, () -> scope.tuple("tensor").getIfPresent());
    assertThrows(
        IllegalStateException.class, () -> scope.entry("tensor", Stats.class).getIfPresent());
    assertThrows(IllegalStateException.class, () -> scope.tuple("stats").getIfPresent());
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> scope.getIfPresent("stats"));
    assertTrue(refused.getMessage().contains("Stats"), refused.getMessage());
    assertTrue(refused.getMessage().contains("a tensor is asked for"), refused.getMessage());
  }

  @Test
  void aValueThatItsOwnerClosedIsComputedAgain() {
    ClosableTensor.Adapter adapter = new ClosableTensor.Adapter();
    Scope<ClosableTensor> scope =
        cache.scopeBuilder("closable", adapter).retention(Retention.STRONG).open();
    ClosableTensor first = scope.get("x", () -> new ClosableTensor(tensor(1)));
    assertSame(first, scope.getIfPresent("x"));
    first.close();
    assertNull(scope.getIfPresent("x"));
    ClosableTensor second = scope.get("x", () -> new ClosableTensor(tensor(2)));
    assertNotSame(first, second);
    assertEquals(1, scope.stats().collected());
    assertThrows(IllegalArgumentException.class, () -> scope.put("y", first));
  }

  @ParameterizedTest
  @MethodSource("retentions")
  void movesToTheHostAndRefusesADeviceThatIsNotThere(Retention retention) {
    Scope<HostTensor> scope = scope(retention);
    scope.put("x", tensor(1));
    scope.tuple("pair").put(List.of(tensor(1)));
    scope.entry("stats", Stats.class).put(stats());
    scope.moveTo("cpu");
    assertEquals(3, scope.names().size());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> scope.moveTo("cuda:0"));
    assertTrue(refused.getMessage().contains("\"cuda:0\" is not there"), refused.getMessage());
  }

  @Test
  void movesWhatItHoldsByReference() {
    ClosableTensor.Adapter adapter = new ClosableTensor.Adapter();
    Scope<ClosableTensor> scope =
        cache.scopeBuilder("closable", adapter).retention(Retention.STRONG).open();
    ClosableTensor before = scope.get("x", () -> new ClosableTensor(tensor(1)));
    scope.tuple("pair").put(List.of(before));
    scope.child("inner").put("y", before);
    scope.moveTo("elsewhere");
    ClosableTensor after = scope.getIfPresent("x");
    assertNotSame(before, after);
    assertEquals("elsewhere", after.device());
    assertEquals("elsewhere", scope.tuple("pair").getIfPresent().get(0).device());
    assertEquals("elsewhere", scope.child("inner").getIfPresent("y").device());
    assertArrayEquals(before.tensor().floats(), after.tensor().floats());
  }

  @Test
  void aMovedEntryEndsWhenItWouldHaveEnded() {
    AtomicLong now = new AtomicLong();
    Scope<ClosableTensor> scope =
        cache
            .scopeBuilder("closable", new ClosableTensor.Adapter())
            .retention(Retention.STRONG)
            .clock(() -> Instant.ofEpochMilli(now.get()))
            .open();
    scope.entry("x").timeToLive(Duration.ofMillis(10)).put(new ClosableTensor(tensor(1)));
    scope.moveTo("elsewhere");
    now.set(9);
    assertEquals("elsewhere", scope.getIfPresent("x").device());
    now.set(10);
    assertNull(scope.getIfPresent("x"));
  }
}
