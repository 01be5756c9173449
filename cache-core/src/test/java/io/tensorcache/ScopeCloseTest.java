package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tensorcache.scope.ScopeListener;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a call puts that returns while a cache is closed, by whomever, is in the store. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScopeCloseTest {
  @TempDir Path directory;
  private final CountDownLatch isTold = new CountDownLatch(1);
  private final CountDownLatch goesOn = new CountDownLatch(1);
  private final AtomicBoolean isHeld = new AtomicBoolean();

  private TensorCache cache() {
    return TensorCache.builder("p").store(store -> store.directory(directory)).build();
  }

  private Scope<HostTensor> scope(TensorCache cache, String name, ScopeListener listener) {
    return cache
        .scopeBuilder(name, HostTensor.adapter())
        .fingerprint(Fingerprint.version("1"))
        .listener(listener)
        .open();
  }

  private void hold() {
    if (isHeld.get()) {
      isTold.countDown();
      awaits(goesOn);
    }
  }

  private static void awaits(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One thread is between two scopes, held by a listener, and another one has closed the cache. */
  private HostTensor closeTwice(TensorCache cache, Scope<HostTensor> first, Thread one) {
    first.put("x", HostTensor.ofFloats(new float[] {0}, 1));
    first.remove("x"); // told by whoever comes next: this thread computes
    isHeld.set(true);
    one.start();
    awaits(isTold);
    cache.close();
    return HostTensor.ofFloats(new float[] {7}, 1);
  }

  @Test
  void twoThreadsCloseItAndAThirdPuts() throws InterruptedException {
    boolean isKept;
    TensorCache cache = cache();
    Scope<HostTensor> first = scope(cache, "a", removal -> hold());
    Scope<HostTensor> second = scope(cache, "b", removal -> {});
    Thread one = new Thread(cache::close);
    try {
      second.entry("K").persisting(true).overwrite(() -> closeTwice(cache, first, one));
      isKept = true;
    } catch (IllegalStateException e) {
      isKept = false; // it says that the scope is closed
    } finally {
      goesOn.countDown();
    }
    one.join();
    if (isKept) {
      try (TensorCache next = cache()) {
        HostTensor found = scope(next, "b", removal -> {}).getIfPresent("K");
        assertNotNull(found);
        assertEquals(7, found.floats()[0]);
      }
    }
  }
}
