package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Computation;
import io.tensorcache.scope.LevelTable;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.HostTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The examples in the comments of scopes, run. */
class ScopeExamplesTest {
  private final HostTensor x = Squares.batch();
  private final TensorCache cache = TensorCache.builder("features").build();
  private int computed;

  @AfterEach
  void close() {
    cache.close();
  }

  private HostTensor kernelMatrix(HostTensor sample) {
    computed++;
    int n = (int) sample.spec().dim(0);
    return HostTensor.ofFloats(new float[n * n], n, n);
  }

  @Test
  void scope() {
    // begin: scope
    Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
    scope.put("sample", x);
    HostTensor k = scope.get("K", () -> kernelMatrix(x)); // computed once
    HostTensor again = scope.get("K", () -> kernelMatrix(x)); // a copy of it
    scope.child("layer1").put("weights", x); // a scope of its own, closed with this one
    scope.remove("K");
    // end: scope
    assertEquals(k.spec(), again.spec());
    assertEquals(1, computed);
    assertEquals(List.of("sample"), scope.names());
  }

  @Test
  void scopeOptions() {
    // begin: scope-options
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("kpca", HostTensor.adapter())
            .level(CacheLevel.HEAVY) // what is above is not kept
            .retention(Retention.STRONG) // by reference: a hit is the same object
            .maxEntries(100) // those used longest ago leave first
            .open();
    // end: scope-options
    scope.put("sample", x);
    assertSame(x, scope.getIfPresent("sample"));
  }

  @Test
  void scopeEntry() {
    Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
    // begin: scope-entry
    scope.put("sample", x);
    HostTensor k =
        scope
            .entry("K")
            .level(CacheLevel.LIGHT)
            .timeToLive(Duration.ofHours(1))
            .dependsOn("sample")
            .get(() -> kernelMatrix(x));
    scope.put("sample", x); // K leaves: what it was computed from is replaced
    // end: scope-entry
    assertNotNull(k);
    assertEquals(List.of("sample"), scope.names());
  }

  @Test
  void computation() {
    Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
    // begin: computation
    Computation<HostTensor> kernel = () -> kernelMatrix(x); // may throw, and ask for other entries
    HostTensor k = scope.get("K", kernel);
    // end: computation
    assertEquals(4, k.spec().elementCount());
  }

  @Test
  void levelTable() {
    // begin: level-table
    LevelTable levels = LevelTable.empty().adding("kernel", CacheLevel.LIGHT);
    Scope<HostTensor> scope =
        cache.scopeBuilder("kpca", HostTensor.adapter()).levels(levels).open();
    HostTensor k = scope.get("K", "kernel", () -> kernelMatrix(x)); // at level LIGHT
    // end: level-table
    assertNotNull(k);
    scope.level(CacheLevel.LIGHT);
    assertEquals(List.of("K"), scope.names());
  }

  @Test
  void removals() {
    List<String> told = new ArrayList<>();
    // begin: scope-listener
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("kpca", HostTensor.adapter())
            .maxEntries(1)
            .listener(
                removal -> {
                  if (removal.cause() == RemovalCause.EVICTED) {
                    told.add(removal.name());
                  }
                })
            .open();
    scope.put("a", x);
    scope.put("b", x); // no room for both: "a" was told to have left
    // end: scope-listener
    assertEquals(List.of("a"), told);
  }

  @Test
  void retention() {
    // begin: retention
    Scope<HostTensor> scope =
        cache
            .scopeBuilder("shown", HostTensor.adapter())
            .retention(Retention.hybrid(8)) // the 8 used last; others while the program holds them
            .open();
    scope.put("image", x);
    HostTensor same = scope.getIfPresent("image"); // x itself, not a copy
    // end: retention
    assertSame(x, same);
  }

  @Test
  void statistics() {
    Scope<HostTensor> scope = cache.scope("kpca", HostTensor.adapter());
    assertNull(scope.getIfPresent("K"));
    scope.put("K", x);
    scope.getIfPresent("K");
    // begin: scope-stats
    ScopeStats stats = scope.stats();
    double rate = stats.hitRate(); // hits over hits and misses
    long held = stats.bytes();
    // end: scope-stats
    assertEquals(0.5, rate);
    assertEquals(16, held);
  }
}
