package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is cleared while another thread's hits bring it from the store to memory stays cleared. */
class ClearedWhileServedTest {
  private static final int ROUNDS = 150;
  private static final HostTensor INPUT = HostTensor.ofLongs(new long[] {1, 2, 3}, 1, 3);

  @TempDir Path directory;

  /** A thread that must not compute met a miss. */
  private static final class NotHere extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotHere() {
      super("a miss");
    }
  }

  @Test
  void aClearedRowDoesNotComeBackFromTheStore() throws Exception {
    Thread owner = Thread.currentThread();
    CyclicBarrier both = new CyclicBarrier(2);
    ExecutorService reader = Executors.newSingleThreadExecutor();
    int back = 0;
    try (TensorCache cache =
        TensorCache.builder("cleared")
            .heap(ByteSize.ofMiB(1))
            .store(store -> store.directory(directory).sync(SyncPolicy.ON_CLOSE))
            .build()) {
      CachedFunction<HostTensor> function =
          cache
              .function("same", Fingerprint.version("1"), HostTensor.adapter())
              .persisting(true)
              .probing(false)
              .wrap(
                  x -> {
                    if (Thread.currentThread() != owner) {
                      throw new NotHere();
                    }
                    return x;
                  });
      for (int round = 0; round < ROUNDS; round++) {
        function.apply(INPUT);
        cache.flush();
        cache.reset();
        Future<?> reads =
            reader.submit(
                () -> {
                  both.await();
                  read(function);
                  read(function);
                  read(function);
                  return null;
                });
        both.await();
        cache.clear();
        reads.get();
        back += reader.submit(() -> read(function)).get() ? 1 : 0;
      }
    } finally {
      reader.shutdown();
    }
    assertEquals(0, back, "rows that came back, of " + ROUNDS);
  }

  /** True if it is there. */
  private static boolean read(CachedFunction<HostTensor> function) {
    try {
      function.apply(INPUT);
      return true;
    } catch (NotHere e) {
      return false;
    }
  }
}
