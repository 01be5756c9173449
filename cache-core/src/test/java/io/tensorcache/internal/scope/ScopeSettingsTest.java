package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.durable.SteadyClock;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import io.tensorcache.tensor.TensorKey;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeSettingsTest {
  private static final ByteSize GIB = ByteSize.ofGiB(1);
  private static final ScopeListener LISTENER = removal -> {};
  private static final InstantSource CLOCK = InstantSource.system();

  private static ScopeSettings all() {
    return new ScopeSettings(
        CacheLevel.LIGHT,
        LevelTable.empty(),
        Retention.WEAK,
        3L,
        ByteSize.ofBytes(40),
        GIB,
        ComputationDigest.of(new TensorKey(1, 2)),
        LISTENER,
        CLOCK);
  }

  @Test
  void defaultsAreCopiesWithoutBounds() {
    ScopeSettings defaults = ScopeSettings.defaults(CacheLevel.HEAVY);
    assertEquals(CacheLevel.HEAVY, defaults.level());
    assertEquals(LevelTable.defaults(), defaults.levels());
    assertSame(Retention.COPY, defaults.retention());
    assertEquals(Bounds.NONE, defaults.bounds());
    assertNull(defaults.fingerprint());
    assertNull(defaults.listener());
    assertSame(SteadyClock.SYSTEM, defaults.clock());
  }

  @Test
  void eachBoundCountsAlone() {
    assertEquals(new Bounds(3, 40, 1 << 30), all().bounds());
    ScopeSettings entries =
        new ScopeSettings(
            CacheLevel.LIGHT, LevelTable.empty(), Retention.WEAK, 3L, null, GIB, null, null, CLOCK);
    assertEquals(new Bounds(3, Long.MAX_VALUE, 1 << 30), entries.bounds());
    ScopeSettings bytes =
        new ScopeSettings(
            CacheLevel.LIGHT,
            LevelTable.empty(),
            Retention.WEAK,
            null,
            ByteSize.ofBytes(40),
            GIB,
            null,
            null,
            CLOCK);
    assertEquals(new Bounds(Long.MAX_VALUE, 40, 1 << 30), bytes.bounds());
  }

  @Test
  void anotherLevelChangesNothingElse() {
    ScopeSettings heavy = all().withLevel(CacheLevel.HEAVY);
    assertEquals(CacheLevel.HEAVY, heavy.level());
    assertNotEquals(all(), heavy);
    assertEquals(all(), heavy.withLevel(CacheLevel.LIGHT));
  }

  @Test
  void areEqualIfEachOptionIs() {
    assertEquals(all(), all());
    assertNotEquals(all(), "options");
    LevelTable levels = LevelTable.empty().adding("k", CacheLevel.LIGHT);
    ByteSize bytes = ByteSize.ofBytes(41);
    ComputationDigest digest = ComputationDigest.of(new TensorKey(1, 3));
    ScopeListener listener = removal -> {};
    InstantSource clock = SteadyClock.SYSTEM;
    CacheLevel light = CacheLevel.LIGHT;
    Retention weak = Retention.WEAK;
    ScopeSettings a = all();
    for (ScopeSettings other :
        List.of(
            new ScopeSettings(
                light, a.levels(), weak, 3L, a.maxBytes(), bytes, a.fingerprint(), LISTENER, CLOCK),
            new ScopeSettings(
                light, levels, weak, 3L, a.maxBytes(), GIB, a.fingerprint(), LISTENER, CLOCK),
            new ScopeSettings(
                light,
                a.levels(),
                Retention.STRONG,
                3L,
                a.maxBytes(),
                GIB,
                a.fingerprint(),
                LISTENER,
                CLOCK),
            new ScopeSettings(
                light, a.levels(), weak, 4L, a.maxBytes(), GIB, a.fingerprint(), LISTENER, CLOCK),
            new ScopeSettings(
                light, a.levels(), weak, 3L, bytes, GIB, a.fingerprint(), LISTENER, CLOCK),
            new ScopeSettings(
                light, a.levels(), weak, 3L, a.maxBytes(), GIB, digest, LISTENER, CLOCK),
            new ScopeSettings(
                light, a.levels(), weak, 3L, a.maxBytes(), GIB, a.fingerprint(), listener, CLOCK),
            new ScopeSettings(
                light,
                a.levels(),
                weak,
                3L,
                a.maxBytes(),
                GIB,
                a.fingerprint(),
                LISTENER,
                clock))) {
      assertNotEquals(a, other);
      assertEquals(other, other.withLevel(light));
    }
  }

  @Test
  void optionsThatAreMadeAnewAreEqual() {
    assertEquals(made(), made());
    assertEquals(made().hashCode(), made().hashCode());
  }

  private static ScopeSettings made() {
    return new ScopeSettings(
        CacheLevel.LIGHT,
        LevelTable.empty().adding("k", CacheLevel.HEAVY),
        Retention.hybrid(500),
        5000L,
        ByteSize.ofKiB(5000),
        GIB,
        ComputationDigest.of(new TensorKey(1, 2)),
        LISTENER,
        CLOCK);
  }
}
