package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.Reference;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a million entries cost beside their values: names, map and entries. */
class ScopeSizeTest {
  private static final int ENTRIES = 1_000_000;
  private static final int LIMIT_BYTES = 200;

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    long used = Long.MAX_VALUE;
    for (int round = 0; round < 4; round++) {
      System.gc();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMillionEntriesCostAtMostTwoHundredBytesEach(boolean weak) {
    HostTensor value = HostTensor.ofFloats(new float[] {1}, 1);
    try (TensorCache cache = TensorCache.builder("size").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(weak ? Retention.WEAK : Retention.STRONG)
              .open();
      long before = usedBytes();
      for (int i = 0; i < ENTRIES; i++) {
        scope.put("entry-" + i, value);
      }
      double each = (double) (usedBytes() - before) / ENTRIES;
      System.out.printf(Locale.ROOT, "%.1f bytes an entry, %s%n", each, weak ? "weak" : "strong");
      assertTrue(each > 50, "not measured: " + each); // a name alone has more
      assertTrue(each <= LIMIT_BYTES, each + " bytes an entry");
      assertTrue(scope.stats().entries() == ENTRIES);
    }
    Reference.reachabilityFence(value);
  }

  @Test
  void aMillionNamesThatComeAndGoLeaveNothing() {
    HostTensor value = HostTensor.ofFloats(new float[] {1}, 1);
    try (TensorCache cache = TensorCache.builder("size").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(Retention.hybrid(10))
              .maxEntries(100)
              .open();
      long before = usedBytes();
      for (int i = 0; i < ENTRIES; i++) {
        scope.put("entry-" + i, value);
        scope.remove("entry-" + (i - 50));
      }
      long grown = usedBytes() - before;
      assertTrue(grown < 5_000_000, grown + " bytes for 50 entries");
    }
  }
}
