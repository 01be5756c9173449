package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.stats.TierStats;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredRow;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live cache makes room while someone looks: what left is no row of the store, and no fault. */
class EvictedMeanwhileTest {
  private static final int ROWS = 150;
  private static final int WIDTH = 1024;

  @TempDir Path directory;
  private final List<String> told = new CopyOnWriteArrayList<>();
  private TensorCache cache;
  private int next;

  @BeforeEach
  void fill() {
    cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofKiB(64))
            .store(
                store ->
                    store.directory(directory).segment(ByteSize.ofKiB(64)).limit(ByteSize.ofMiB(1)))
            .listener(failure -> told.add(failure.toString()))
            .build();
    storeMore();
  }

  @AfterEach
  void close() {
    cache.close();
    assertEquals(List.of(), told);
  }

  /** So many that most of what was there has to leave. */
  private void storeMore() {
    float[] values = new float[ROWS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = next * 31 + i;
    }
    next += values.length;
    cache
        .function("f", Fingerprint.version("1"), HostTensor.adapter())
        .probing(false)
        .persisting(true)
        .wrap(x -> x)
        .apply(HostTensor.ofFloats(values, ROWS, WIDTH));
    assertTrue(cache.flush());
  }

  private long evicted() {
    return cache.stats().tiers().stream()
        .filter(tier -> tier.tier() == Tier.DURABLE)
        .mapToLong(TierStats::evictions)
        .sum();
  }

  /** Stores more when so many rows are done. */
  private void storeMoreAt(long done) {
    if (done == 3) {
      long before = evicted();
      IntStream.range(0, 3).forEach(i -> storeMore());
      assertTrue(evicted() - before > ROWS, "evicted " + (evicted() - before));
    }
  }

  private void assertVerifies(RowStore store) {
    Verification found = store.verify(this::storeMoreAt);
    assertTrue(found.isSound(), found.toString());
    assertTrue(found.sound() >= 3, found.toString());
    assertEquals(List.of(), store.problems());
  }

  private void assertLists(RowStore store) {
    List<StoredRow> rows = new ArrayList<>();
    store.forEach(
        RowSelection.all(),
        row -> {
          rows.add(row);
          storeMoreAt(rows.size());
        });
    assertTrue(rows.size() >= 3, rows.size() + " rows");
    for (StoredRow row : rows) {
      assertFalse(row.outputs().isEmpty(), "a row that left: " + row);
    }
    assertEquals(List.of(), store.problems());
  }

  @Test
  void anotherProcessVerifies() {
    try (RowStore store = RowStore.open(directory, "rows")) {
      assertVerifies(store);
    }
  }

  @Test
  void theCacheItselfVerifies() {
    assertVerifies(cache.store());
  }

  @Test
  void anotherProcessLists() {
    try (RowStore store = RowStore.open(directory, "rows")) {
      assertLists(store);
    }
  }

  @Test
  void theCacheItselfLists() {
    assertLists(cache.store());
  }
}
