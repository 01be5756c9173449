package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the threads that read take. */
class ReadMemoryTest {
  private static final int THREADS = 40;
  private static final int BYTES = 1000;

  @TempDir Path directory;

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void aThreadThatReadsAShortRowTakesLittle() throws Exception {
    Row row = SampleRows.ofBytes(1, BYTES);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (DurableStore store =
        DurableStore.open(
            directory,
            "rows",
            DurableFixture.large(),
            new DurableFixture.Events(),
            InstantSource.system())) {
      assertTrue(store.store(key(1), row, NET) && store.flush());
      long before = directBytes();
      CountDownLatch all = new CountDownLatch(THREADS); // a thread reads once
      List<Future<Lookup>> found = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        found.add(
            threads.submit(
                () -> {
                  ByteBuffer memory = ByteBuffer.allocate(BYTES);
                  RowTarget target = new RowTarget(row.schema(), new ByteBuffer[] {memory});
                  Lookup lookup = store.read(key(1), target);
                  all.countDown();
                  all.await();
                  return lookup;
                }));
      }
      for (Future<Lookup> each : found) {
        assertEquals(Lookup.DURABLE_HIT, each.get());
      }
      long each = (directBytes() - before) / THREADS;
      assertTrue(each < 2 * SegmentReader.READ_AT_ONCE, each + " bytes a thread");
    } finally {
      threads.shutdown();
    }
  }
}
