package io.tensorcache;

import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.internal.scope.ValueTypes;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store follows the entries: what was replaced or removed never comes back from it. */
@Timeout(120)
class ScopeStoreOrderTest {
  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong();
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  private TensorCache cache() {
    return TensorCache.builder("p")
        .heap(ByteSize.ofMiB(1))
        .store(store -> store.directory(directory))
        .build();
  }

  private ScopeBuilder<HostTensor> options(ScopeBuilder<HostTensor> builder) {
    return builder.level(TOTAL).fingerprint(Fingerprint.version("1")).maxEntries(2).clock(clock);
  }

  private Scope<HostTensor> scope(TensorCache cache) {
    return options(cache.scopeBuilder("s", HostTensor.adapter())).open();
  }

  private static HostTensor tensor(float value) {
    return HostTensor.ofFloats(new float[] {value}, 1);
  }

  private static int number(@Nullable HostTensor tensor) {
    assertNotNull(tensor);
    return (int) tensor.floats()[0];
  }

  private void storeInAnEarlierProgram() {
    try (TensorCache cache = cache()) {
      scope(cache).entry("K").level(LIGHT).persisting(true).put(tensor(1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"take", "reset", "evict", "trimTo", "expire", "level", "overwrite", "none"})
  void aValueThatIsPutReplacesTheStoredOneThoughItDoesNotPersist(String how) {
    storeInAnEarlierProgram();
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      if (how.equals("overwrite")) {
        scope.entry("K").overwrite(() -> tensor(2));
      } else {
        scope.entry("K").timeToLive(Duration.ofMillis(5)).put(tensor(2));
      }
      assertEquals(2, number(scope.getIfPresent("K")));
      switch (how) {
        case "take", "overwrite" -> scope.take("K");
        case "reset" -> scope.reset();
        case "evict" -> List.of("x", "y", "z").forEach(name -> scope.put(name, tensor(0)));
        case "trimTo" -> scope.trimTo(LIGHT);
        case "level" -> scope.level(LIGHT);
        default -> now.set(5);
      }
      assertNull(scope.getIfPresent("K"));
    }
    try (TensorCache cache = cache()) {
      assertNull(scope(cache).getIfPresent("K"));
    }
  }

  @Test
  void aValueThatIsPutAboveTheLevelRemovesTheStoredOne() {
    storeInAnEarlierProgram();
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      scope.level(NONE);
      scope.put("K", tensor(2));
      assertNull(scope.getIfPresent("K"));
    }
    try (TensorCache cache = cache()) {
      assertNull(scope(cache).getIfPresent("K"));
    }
  }

  /** As getIfPresent does: an entry is there, whatever the terms of who asks. */
  @Test
  void aGetThatDoesNotPersistFindsWhatIsStored() {
    storeInAnEarlierProgram();
    try (TensorCache cache = cache()) {
      assertEquals(1, number(scope(cache).get("K", () -> tensor(2))));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsQueuedCountsAsStored(boolean isReopened) {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> parent = scope(cache);
      for (int i = 0; i < 50; i++) {
        Scope<HostTensor> scope = parent.child("c");
        String name = "K" + i;
        scope.get(name, LIGHT, true, () -> tensor(1));
        if (isReopened) {
          scope.close();
          scope = parent.child("c");
        } else {
          scope.level(NONE); // leaves memory
          scope.level(TOTAL);
        }
        scope.reset(true, true);
        assertNull(scope.getIfPresent(name), name);
      }
      assertTrue(cache.flush());
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache).child("c");
      for (int i = 0; i < 50; i++) {
        assertNull(scope.getIfPresent("K" + i));
      }
    }
  }

  @Test
  void theLastPutStaysWhileTheLevelChanges() throws Exception {
    AtomicBoolean ends = new AtomicBoolean();
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      Thread levels =
          new Thread(
              () -> {
                while (!ends.get()) {
                  scope.level(NONE);
                  scope.level(TOTAL);
                }
              });
      levels.start();
      try {
        for (int i = 1; i <= 5000; i++) {
          scope.entry("K").level(LIGHT).persisting(true).put(tensor(i));
          HostTensor got = scope.getIfPresent("K"); // or nothing, if the level was low
          assertTrue(got == null || number(got) == i, "put " + i + ", got " + got);
        }
      } finally {
        ends.set(true);
        levels.join();
      }
    }
  }

  @Test
  void oneOfSeveralThreadsTakesAnEntry() throws Exception {
    int count = 8;
    int entries = 150;
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      for (int i = 0; i < entries; i++) {
        scope.get("K" + i, LIGHT, true, () -> tensor(1));
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      for (int i = 0; i < 2 * entries; i++) {
        String name = "K" + i % entries;
        if (i >= entries) {
          scope.get(name, LIGHT, true, () -> tensor(1));
        }
        CyclicBarrier start = new CyclicBarrier(count);
        List<Future<@Nullable HostTensor>> taken = new ArrayList<>();
        for (int t = 0; t < count; t++) {
          boolean isTake = t % 4 != 3;
          taken.add(
              threads.submit(
                  () -> {
                    start.await();
                    return isTake ? scope.take(name) : none(scope.getIfPresent(name));
                  }));
        }
        int got = 0;
        for (Future<@Nullable HostTensor> each : taken) {
          got += each.get() == null ? 0 : 1;
        }
        assertEquals(1, got, name);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static @Nullable HostTensor none(@Nullable HostTensor read) {
    return null; // only looked at, so that it is in memory for some of those that take it
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aValueThatIsReadMeanwhileIsTakenOnce(boolean isTakenByAnother) {
    try (TensorCache cache = cache()) {
      scope(cache).entry("K", Watched.class).persisting(true).put(new Watched(tensor(1)));
    }
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      ScopeEntry<Watched> entry = scope.entry("K", Watched.class).persisting(true);
      AtomicReference<@Nullable Watched> other = new AtomicReference<>();
      Watched.whenMade(
          () -> {
            if (isTakenByAnother) {
              other.set(entry.take());
            } else {
              entry.getIfPresent(); // it is in memory then
            }
          });
      Watched mine = entry.take();
      assertEquals(isTakenByAnother, mine == null);
      assertEquals(isTakenByAnother, other.get() != null);
      assertNull(entry.getIfPresent());
      assertEquals(List.of(), scope.names());
    }
  }

  /** What returned is in the store, or the call said that it is closed. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatReturnedWhileClosingIsKept(boolean closesScope) throws Exception {
    int count = 4;
    for (int round = 0; round < 15; round++) {
      float[] last = new float[count]; // what the store must have; 0 if none
      boolean[] isOpen = new boolean[count]; // a call ended by an exception: it may have worked
      CountDownLatch started = new CountDownLatch(count);
      List<Thread> threads = new ArrayList<>();
      TensorCache cache = cache();
      Scope<HostTensor> scope = scope(cache);
      for (int t = 0; t < count; t++) {
        int me = t;
        Thread thread = new Thread(() -> putUntilClosed(scope, me, last, isOpen, started));
        threads.add(thread);
        thread.start();
      }
      started.await();
      if (closesScope) {
        scope.close();
      }
      cache.close();
      for (Thread thread : threads) {
        thread.join();
      }
      try (TensorCache again = cache()) {
        for (int t = 0; t < count; t++) {
          HostTensor found = scope(again).getIfPresent("K" + t);
          float value = found == null ? 0 : found.floats()[0];
          assertTrue(
              value == last[t] || isOpen[t], "round " + round + ": " + value + ", not " + last[t]);
        }
        scope(again).reset(true, true);
      }
    }
  }

  private static void putUntilClosed(
      Scope<HostTensor> scope, int me, float[] last, boolean[] isOpen, CountDownLatch started) {
    try {
      for (int i = 1; ; i++) {
        isOpen[me] = true;
        if (i % 3 == 0) {
          scope.remove("K" + me);
          last[me] = 0;
        } else {
          scope.entry("K" + me).level(LIGHT).persisting(true).put(tensor(i));
          last[me] = i;
        }
        isOpen[me] = false;
        if (i == 20) {
          started.countDown();
        }
      }
    } catch (IllegalStateException e) {
      assertTrue(e.getMessage().contains("closed"), e.toString());
    }
  }

  @Test
  void aPutIntoAClosedScopeSaysSo() {
    try (TensorCache cache = cache()) {
      Scope<HostTensor> scope = scope(cache);
      assertThrows(
          IllegalStateException.class,
          () ->
              scope
                  .entry("K")
                  .persisting(true)
                  .overwrite(
                      () -> {
                        scope.close();
                        return tensor(1);
                      }));
    }
    try (TensorCache cache = cache()) {
      assertNull(scope(cache).getIfPresent("K"));
    }
  }

  /**
   * A thread that tells a failure must not use the store; what it removes is removed all the same.
   */
  @Test
  void whatAListenerOfFailuresRemovesIsRemoved() {
    storeInAnEarlierProgram();
    RowKeys keys = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    AtomicReference<Scope<HostTensor>> opened = new AtomicReference<>();
    TensorCache model = cache();
    model.close();
    try (CacheCore core =
        new CacheCore(
            model.config(),
            keys,
            failure -> {
              opened.get().remove("K");
              opened.get().entry("L").persisting(true).put(tensor(3));
            })) {
      ScopeBuilder<HostTensor> builder = options(new ScopeBuilder<>(options -> null));
      ValueTypes<HostTensor> types =
          new ValueTypes<>(HostTensor.adapter(), new OutputsType<>(HostTensor.adapter()));
      opened.set(new Scope<>(core.scopes().open("s", types, builder::over)));
      PersistedRows rows = core.rows().persisted();
      assertNotNull(rows);
      rows.failed(new StorageException("on purpose", null));
      assertNull(opened.get().getIfPresent("K"));
      assertTrue(core.functions().flush());
    }
    try (TensorCache cache = cache()) {
      assertNull(scope(cache).getIfPresent("K"));
      assertEquals(3, number(scope(cache).getIfPresent("L")));
    }
  }
}
