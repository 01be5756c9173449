package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing does all its parts, whatever one of them throws. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheCloseTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final int ROWS = 100;

  @TempDir Path directory;
  private Path scratch;
  private Path stores;
  private final List<TensorCacheException> told = new CopyOnWriteArrayList<>();
  private final Counted function = Counted.features(500);

  @BeforeEach
  void makeDirectories() throws IOException {
    scratch = Files.createDirectory(directory.resolve("scratch"));
    stores = Files.createDirectory(directory.resolve("stores"));
  }

  private TensorCacheBuilder builder() {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofKiB(64))
        .disk(ByteSize.ofMiB(16), scratch)
        .store(store -> store.directory(stores));
  }

  private CachedFunction<HostTensor> persisting(TensorCache cache) {
    return cache.function("f", V1, HostTensor.adapter()).persisting(true).wrap(function);
  }

  /** As a cleaner of temporary files does. */
  private void deleteScratch() throws IOException {
    try (var all = Files.walk(scratch)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!each.equals(scratch)) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  private void assertStored() {
    int computed = function.rows.get();
    try (TensorCache again = builder().build()) {
      persisting(again).apply(batch(0, ROWS, 3));
      assertEquals(computed, function.rows.get());
    }
  }

  @Test
  void writesWhatIsQueuedAlsoWhenTheScratchIsGone() throws IOException {
    TensorCache cache = builder().listener(told::add).build();
    CachedFunction<HostTensor> cached = persisting(cache);
    deleteScratch();
    cached.apply(batch(0, ROWS, 3));
    cache.close();
    assertEquals(1, told.size(), told.toString());
    assertTrue(told.get(0).getMessage().startsWith("closing the memory tiers failed"));
    assertThrows(IllegalStateException.class, () -> cached.apply(batch(0, 1, 3)));
    try (var left = Files.list(scratch)) {
      assertEquals(List.of(), left.toList());
    }
    cache.close();
    assertEquals(1, told.size());
    assertStored();
  }

  @Test
  void aListenerThatIsToldMayCloseItAgain() throws IOException {
    AtomicReference<TensorCache> open = new AtomicReference<>();
    TensorCache cache =
        builder()
            .listener(
                failure -> {
                  told.add(failure);
                  open.get().close();
                })
            .build();
    open.set(cache);
    persisting(cache).apply(batch(0, ROWS, 3));
    deleteScratch();
    cache.close();
    assertEquals(1, told.size(), told.toString());
    assertStored();
  }

  @Test
  void aListenerThatThrowsWhileItClosesIsNotHeard() throws IOException {
    TensorCache cache =
        builder()
            .listener(
                failure -> {
                  throw new OutOfMemoryError("the listener's own");
                })
            .build();
    persisting(cache).apply(batch(0, ROWS, 3));
    deleteScratch();
    cache.close();
    assertStored();
  }

  @Test
  void staysInterruptedAndIsClosed() {
    TensorCache cache = builder().listener(told::add).build();
    persisting(cache).apply(batch(0, ROWS, 3));
    Thread.currentThread().interrupt();
    cache.close();
    assertTrue(Thread.interrupted());
    assertFalse(Thread.currentThread().isInterrupted());
    assertEquals(List.of(), told);
    assertStored();
  }
}
