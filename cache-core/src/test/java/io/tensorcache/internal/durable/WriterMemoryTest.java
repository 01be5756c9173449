package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.durable.DurableFixture.Events;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer that had no memory for a moment, on a disk that is well. */
@Tag("slow")
class WriterMemoryTest {
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(10);

  @TempDir Path directory;

  @Test
  void itWritesAgainSoonAfter() {
    Events events = new Events();
    FaultyFiles files = new FaultyFiles();
    try (DurableStore store =
        DurableStore.open(
            directory,
            "rows",
            config(1 << 10, WhenFull.EVICT, 16),
            events,
            files,
            () -> 1L << 40)) {
      files.fault =
          (operation, file) -> {
            throw new OutOfMemoryError("Java heap space");
          };
      assertTrue(store(store, 0));
      assertFalse(store.flush());
      files.fault = (operation, file) -> {};
      long since = System.nanoTime();
      boolean isKept = false;
      for (int row = 1; !isKept && System.nanoTime() - since < SOON_NANOS; row++) {
        isKept = store(store, row) && store.flush();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
      assertTrue(isKept, () -> "nothing was stored again: " + events.failures);
    }
  }
}
