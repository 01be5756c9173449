package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Recheck;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.rows.AheadBatch;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.internal.rows.ReadAhead;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls whose rows lie in the store, read ahead or not. */
class ReadAheadCallsTest {
  @TempDir Path directory;
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();
  private final HostEngine engine = new HostEngine();
  private OpenCalls open;
  private WrappedFunction<HostTensor> function;

  @BeforeEach
  void store() {
    reopen(0);
    OpenCalls.call(function, 1, 2, 3, 99);
    assertTrue(open.functions.flush());
    reopen(0);
    doubling.calls.clear();
  }

  @AfterEach
  void close() {
    open.close();
  }

  private void reopen(int rowsOnHeap) {
    if (open != null) {
      open.close();
    }
    open = new OpenCalls(OpenRows.persisting(rowsOnHeap, directory));
    function = open.wrap("f", OpenCalls.persisting(), engine, doubling, Recheck.ON_REQUEST);
  }

  private KeyedBatch<HostTensor> keyed(float... rows) {
    SourceWatch.Look look = function.watch().look();
    Group group = function.group(look);
    InputBatch<HostTensor> batch =
        InputBatch.of(function.state(), engine, NamedTensors.of(OpenCalls.batch(rows)));
    return new KeyedBatch<>(function, look, group, batch, BatchKeys.of(function, group, batch));
  }

  /** Reads ahead, and returns when that is done: the thread reads one batch after another. */
  private void prefetch(float... rows) {
    new CachedCall<>(function, NamedTensors.of(OpenCalls.batch(rows))).prefetch(System.nanoTime());
    List<TensorKey> marker = keyed(99).keys().distinctKeys();
    ReadAhead readAhead = open.rows.rows.readAhead();
    for (boolean isRead = false; !isRead; ) {
      readAhead.submit(marker, function.places().persisted(), System.nanoTime());
      try (AheadBatch batch = readAhead.take(marker)) {
        isRead = batch != null && batch.schema() != null;
      }
    }
  }

  private long hits() {
    return open.stats().hitsByTier().getOrDefault(Tier.DURABLE, 0L);
  }

  @Test
  void rowsThatWereReadAheadAreServed() {
    prefetch(3, 1, 2);
    assertArrayEquals(new float[] {6, 2, 4}, OpenCalls.call(function, 3, 1, 2));
    assertEquals(List.of(), doubling.calls);
    assertEquals(3, hits());
    assertTrue(open.rows.rows.readAhead().isEmpty());
  }

  @Test
  void rowsThatWereNowhereAreComputed() {
    prefetch(1, 7, 2, 8);
    assertArrayEquals(new float[] {2, 14, 4, 16, 14}, OpenCalls.call(function, 1, 7, 2, 8, 7));
    assertEquals(List.of(1, 2), doubling.calls, "with a probe");
    assertEquals(2, hits());
  }

  @Test
  void rowsThatWereRemovedMeanwhileAreComputed() {
    prefetch(1, 2);
    TensorKey second = keyed(1, 2).key(1);
    function.places().drop(second, keyed(1).group());
    assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    assertEquals(List.of(1), doubling.calls);
    assertEquals(1, hits());
  }

  @Test
  void whatWasReadAheadIsUsedOnce() {
    prefetch(1, 2);
    try (RowSources sources = RowSources.of(keyed(1, 2));
        ResultBatch<HostTensor> result = keyed(1, 2).newResult(null)) {
      LookupCount found = new LookupCount();
      RowList both = keyed(1, 2).keys().distinctRows();
      assertTrue(sources.lookUp(both, result, found).isEmpty());
      assertEquals(2, found.fromDisk());
      assertNull(sources.device());
    }
    assertNull(AheadRows.of(keyed(1, 2)));
  }

  /** The policy compares what a row took in both ways. */
  @Test
  void tellsWhatARowTook() {
    try (RowSources direct = RowSources.of(keyed(1, 2))) {
      AheadPolicy policy = tried();
      for (int i = 0; i < AheadPolicy.TRIAL; i++) {
        policy.readAhead(150);
        direct.measured(policy, 1000, 10);
      }
      assertFalse(policy.next(), "150 against 100");
    }
    prefetch(1, 2);
    try (RowSources ahead = RowSources.of(keyed(1, 2))) {
      AheadPolicy policy = tried();
      for (int i = 0; i < AheadPolicy.TRIAL; i++) {
        policy.readDirectly(1.6e11);
        ahead.measured(policy, 1_000_000_000_000L, 10);
      }
      assertTrue(policy.next(), "100 s against 160 s");
    }
  }

  /** A policy that is about to choose. */
  private static AheadPolicy tried() {
    AheadPolicy policy = AheadPolicy.ofReadingAhead();
    for (int i = 0; i < 2 * AheadPolicy.TRIAL; i++) {
      policy.next();
    }
    return policy;
  }

  @Test
  void rowsThatAreServedOftenGoToMemory() {
    reopen(10);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(new float[] {2, 4}, OpenCalls.call(function, 1, 2));
    }
    assertEquals(4, hits(), "twice each");
    assertEquals(2, open.stats().hitsByTier().get(Tier.HEAP));
    assertEquals(2, open.stats().functions().get(0).rowsInMemory());
  }

  @Test
  void aRowThatIsStoredMeanwhileIsFound() {
    KeyedBatch<HostTensor> batch = keyed(5, 6);
    StoreRows store = new StoreRows(batch, open.rows.rows.persisted());
    RowList both = batch.keys().distinctRows();
    LookupCount found = new LookupCount();
    try (ResultBatch<HostTensor> result = batch.newResult(null)) {
      assertEquals(2, store.lookUp(both, result, found).size());
      assertFalse(result.isOpen());
      OpenCalls.call(function, 6);
      assertTrue(open.functions.flush());
      assertArrayEquals(new int[] {0}, store.lookUp(both, result, found).toArray());
      assertEquals(1, found.fromDisk());
    }
  }

  @Test
  void aResultThatCannotBeHadIsToldAndTriedOnceMore() {
    CachedCall<HostTensor> call =
        new CachedCall<>(function, NamedTensors.of(OpenCalls.batch(1, 2)));
    engine.failsAt = engine.allocated.size();
    assertArrayEquals(new float[] {2, 4}, call.outputs().first().floats());
    assertEquals(2, hits());
    assertEquals(1, open.rows.failures.size());
    StorageException told = (StorageException) open.rows.failures.get(0);
    assertTrue(told.getMessage().startsWith("stored rows are computed again"), told.getMessage());
  }
}
