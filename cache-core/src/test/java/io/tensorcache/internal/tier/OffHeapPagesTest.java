package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.codec.RowTarget;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ehcache.impl.internal.store.offheap.HeuristicConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large pages off the heap, and a property of the JVM that nobody else sees for long. */
@Isolated
class OffHeapPagesTest {
  private static final long POOL = 128L * MIB;

  @AfterEach
  void theJvmIsAsItWas() {
    assertNull(System.clearProperty(OffHeapPages.PROPERTY), "left behind");
  }

  private static long pageBytes(long poolBytes) {
    return new HeuristicConfiguration(poolBytes).getSegmentDataPageSize();
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 65, 100, 127, 128, 255, 256, 300, 512, 600, 1000, 1024, 1536, 70_000})
  void ehcacheMakesPagesOfTheSizeThatIsReckonedWith(long mib) {
    long pool = mib * MIB + 12345;
    long before = pageBytes(pool);
    long page = OffHeapPages.with(pool, () -> pageBytes(pool));
    assertEquals(OffHeapPages.pageBytes(pool), page);
    assertTrue(page >= 2 * before && page <= 4L * MIB, page + " instead of " + before);
    assertTrue(OffHeapPages.unusable(pool) <= pool / 16, "no more than a sixteenth is lost");
    assertEquals(before, pageBytes(pool), "those of others");
  }

  @Test
  void smallPoolsStayAsTheyAre() {
    long pool = 64L * MIB - 1;
    long own = pageBytes(pool);
    assertEquals(own, OffHeapPages.with(pool, () -> pageBytes(pool)));
    assertEquals(0, OffHeapPages.unusable(pool));
  }

  @Test
  void fewRowsSpanTwoPages() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int rowBytes = 200_000;
    int rows = 200;
    try (TiersFixture f = TiersFixture.evicting(0, POOL)) {
      for (int i = 0; i < rows; i++) {
        f.store(i, rowBytes);
      }
      ByteBuffer[] buffer = {ByteBuffer.allocateDirect(rowBytes)};
      RowTarget target = new RowTarget(TiersFixture.schema(rowBytes), buffer);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < rows; i++) {
        assertTrue(f.tiers.read(TiersFixture.key(i), target).isHit());
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      double copied = allocated / (double) rows / rowBytes; // 0.8 with Ehcache's own pages
      assertTrue(copied < 0.45, "copied to the heap: " + copied);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2100, 100_100, 600_000})
  void keepFirstStopsBeforeEhcacheEvicts(int byteCount) {
    try (TiersFixture f = TiersFixture.keeping(0, 80L * MIB)) {
      int admitted = 0;
      while (f.store(admitted, byteCount) != null) {
        admitted++;
      }
      assertEquals(0, f.use(Tier.OFF_HEAP).evictions());
      assertEquals(admitted, f.use(Tier.OFF_HEAP).entries());
      double fill = admitted * (byteCount + 230.0) / (80L * MIB);
      assertTrue(fill > 0.85, "filled: " + fill);
    }
  }

  @Test
  void aPoolThatCannotBeMadeLeavesNothing() {
    long tooLarge = ByteSize.ofGiB(1 << 20).bytes();
    assertThrows(IllegalArgumentException.class, () -> TiersFixture.evicting(0, tooLarge));
    assertNull(System.getProperty(OffHeapPages.PROPERTY));
    assertThrows(
        OutOfMemoryError.class,
        () ->
            OffHeapPages.with(
                POOL,
                () -> {
                  throw new OutOfMemoryError("injected");
                }));
  }

  @Test
  void whoSetThePropertyKeepsIt() {
    System.setProperty(OffHeapPages.PROPERTY, "32");
    long own = pageBytes(POOL);
    assertEquals(own, OffHeapPages.with(POOL, () -> pageBytes(POOL)));
    OffHeapPages.with(POOL, () -> System.setProperty(OffHeapPages.PROPERTY, "16"));
    assertEquals("16", System.clearProperty(OffHeapPages.PROPERTY));
    OffHeapPages.with(POOL, () -> System.setProperty(OffHeapPages.PROPERTY, "16"));
    assertEquals("16", System.clearProperty(OffHeapPages.PROPERTY), "changed meanwhile");
  }

  @Test
  void poolsAreMadeOneAfterAnother() throws Exception {
    int threads = 4;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Future<?>[] all = new Future<?>[threads];
      for (int t = 0; t < threads; t++) {
        long pool = (64L << t) * MIB; // each with a ratio of its own
        all[t] =
            executor.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 1000; i++) {
                    long page = OffHeapPages.with(pool, () -> pageBytes(pool));
                    assertEquals(OffHeapPages.pageBytes(pool), page);
                  }
                  return null;
                });
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
