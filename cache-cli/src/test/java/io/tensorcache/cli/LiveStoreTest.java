package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.TensorCache;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that a cache is writing to meanwhile. */
class LiveStoreTest {
  @TempDir private Path directory;

  private Path store() {
    return directory.resolve("rows");
  }

  @Test
  void showsWhatIsFlushed() {
    try (TensorCache cache = SampleStore.cache(directory)) {
      CachedFunction<HostTensor> net = SampleStore.squares(cache, "net", SampleStore.V1);
      net.apply(SampleStore.batch(7));
      cache.flush();
      assertEquals(7, SampleStore.rows(store()).size());
      Run verified = Run.here("verify", store()).assertCode(ExitCode.OK);
      assertTrue(verified.out().startsWith("ok: 7 rows sound"), verified.out());
      net.apply(SampleStore.batch(9));
      cache.flush();
      assertEquals(
          9, Run.here("ls", store(), "--rows", "--json").json().getAsJsonArray("rows").size());
    }
  }

  @Test
  void doctorSaysThatASegmentIsBeingWritten() {
    try (TensorCache cache = SampleStore.cache(directory)) {
      SampleStore.squares(cache, "net", SampleStore.V1).apply(SampleStore.batch(7));
      cache.flush();
      Run run = Run.here("doctor", store()).assertCode(ExitCode.OK);
      assertTrue(run.out().contains("1 without an index: being written"), run.out());
      assertEquals(1, Run.here("du", store(), "--json").json().get("open_segments").getAsInt());
    }
    Run closed = Run.here("doctor", store()).assertCode(ExitCode.OK);
    assertTrue(closed.out().contains("store        ok, 7 rows in 1 segments, "), closed.out());
    assertEquals(0, Run.here("du", store(), "--json").json().get("open_segments").getAsInt());
  }

  /** Rows that were removed under a running cache are computed anew by the next one. */
  @Test
  void whatIsRemovedIsComputedAgain() {
    try (TensorCache cache = SampleStore.cache(directory)) {
      SampleStore.squares(cache, "net", SampleStore.V1).apply(SampleStore.batch(7));
      cache.flush();
      Run run = Run.here("prune", store(), "--function", "net", "--yes").assertCode(ExitCode.OK);
      assertTrue(run.out().startsWith("removed 7 rows"), run.out());
      SampleStore.squares(cache, "net", SampleStore.V1).apply(SampleStore.batch(7));
    }
    assertEquals(0, SampleStore.rows(store()).size());
    try (TensorCache cache = SampleStore.cache(directory)) {
      CachedFunction<HostTensor> net = SampleStore.squares(cache, "net", SampleStore.V1);
      net.apply(SampleStore.batch(7));
      CacheStats stats = cache.stats();
      assertEquals(7, stats.misses(), stats.toString());
    }
    assertEquals(7, SampleStore.rows(store()).size());
  }
}
