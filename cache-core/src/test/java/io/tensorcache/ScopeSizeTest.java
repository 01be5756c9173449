package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import java.lang.ref.Reference;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What very many entries cost beside their values: names, map and entries. The map is filled to the
 * same part by day as at night.
 */
class ScopeSizeTest {
  private static final int ENTRIES = 250_000;
  private static final int ENTRIES_AT_NIGHT = 1_000_000;
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
  void manyEntriesCostAtMostTwoHundredBytesEach(boolean weak) {
    costLittle(weak, ENTRIES);
  }

  @Tag("nightly")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMillionEntriesCostAtMostTwoHundredBytesEach(boolean weak) {
    costLittle(weak, ENTRIES_AT_NIGHT);
  }

  private static void costLittle(boolean weak, int entries) {
    HostTensor value = HostTensor.ofFloats(new float[] {1}, 1);
    try (TensorCache cache = TensorCache.builder("size").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(weak ? Retention.WEAK : Retention.STRONG)
              .open();
      long before = usedBytes();
      for (int i = 0; i < entries; i++) {
        scope.put("entry-" + i, value);
      }
      double each = (double) (usedBytes() - before) / entries;
      System.out.printf(Locale.ROOT, "%.1f bytes an entry, %s%n", each, weak ? "weak" : "strong");
      assertTrue(each > 50, "not measured: " + each); // a name alone has more
      assertTrue(each <= LIMIT_BYTES, each + " bytes an entry");
      assertTrue(scope.stats().entries() == entries);
    }
    Reference.reachabilityFence(value);
  }

  @Test
  void namesThatComeAndGoLeaveNothing() {
    comeAndGo(ENTRIES / 2);
  }

  @Tag("nightly")
  @Test
  void aMillionNamesThatComeAndGoLeaveNothing() {
    comeAndGo(ENTRIES_AT_NIGHT);
  }

  private static void comeAndGo(int names) {
    HostTensor value = HostTensor.ofFloats(new float[] {1}, 1);
    try (TensorCache cache = TensorCache.builder("size").build()) {
      Scope<HostTensor> scope =
          cache
              .scopeBuilder("s", HostTensor.adapter())
              .retention(Retention.hybrid(10))
              .maxEntries(100)
              .open();
      long before = usedBytes();
      for (int i = 0; i < names; i++) {
        scope.put("entry-" + i, value);
        scope.remove("entry-" + (i - 50));
      }
      long grown = usedBytes() - before;
      assertTrue(grown < 5L * names, grown + " bytes for 50 entries");
    }
  }
}
