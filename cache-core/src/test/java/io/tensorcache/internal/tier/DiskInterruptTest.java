package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.onDisk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Interrupts that arrive while the file of a disk tier grows. */
@Tag("slow")
class DiskInterruptTest {
  private static final int ROWS = 1500;
  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir Path directory;

  private volatile int done;

  @RepeatedTest(4)
  void eachRowIsStoredAndReadWhileTheThreadIsInterruptedAllTheTime() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread worker =
        new Thread(
            () -> {
              try (TiersFixture f = onDisk(0, 0, directory, WhenFull.EVICT)) {
                for (int row = 0; row < ROWS; row++) {
                  assertEquals(Tier.DISK, f.store(row), "row " + row);
                  assertEquals(Lookup.DISK_HIT, f.read(row), "row " + row);
                  done = row + 1;
                }
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    worker.setDaemon(true);
    worker.start();
    long since = System.nanoTime();
    while (worker.isAlive()
        && System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
      worker.interrupt();
      LockSupport.parkNanos(1);
    }
    assertFalse(worker.isAlive(), () -> "goes round for ever after row " + done);
    assertNull(thrown.get());
    assertEquals(ROWS, done);
  }
}
