package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches that are read by several threads and fetched in runs, while rows come, go and are
 * damaged, readers are interrupted, files are cut, and the store is closed.
 */
class BatchThreadsTest {
  private static final int READERS = 3;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final AtomicInteger hits = new AtomicInteger();

  /** Of one shape each: short ones, and such that a batch has more than a mebibyte. */
  private static Row row(int number, int byteCount) {
    return SampleRows.ofBytes(number, byteCount);
  }

  /** Reads a batch in any order; what is served must be right. */
  private Lookup[] read(DurableStore store, int[] numbers, int byteCount) {
    List<TensorKey> keys = Arrays.stream(numbers).mapToObj(DurableFixture::key).toList();
    ByteBuffer all = ByteBuffer.allocateDirect(numbers.length * byteCount);
    Lookup[] found =
        store.readAll(
            keys,
            () -> {
              RowTarget target =
                  new RowTarget(row(0, byteCount).schema(), new ByteBuffer[] {all.duplicate()});
              return i -> target.at(0, i * byteCount);
            });
    for (int i = 0; i < found.length; i++) {
      if (found[i] == Lookup.DURABLE_HIT) {
        hits.incrementAndGet();
        assertArrayEquals(
            row(numbers[i], byteCount).payload(0),
            SampleRows.bytesAt(all, i * byteCount, byteCount),
            "row " + numbers[i]);
      }
    }
    return found;
  }

  private static int[] some(Random random, int count, int of) {
    int first = random.nextInt(of);
    boolean isRun = random.nextBoolean();
    return random.ints(count, 0, of).map(i -> isRun ? (first + i % count) % of : i).toArray();
  }

  private void run(List<Callable<?>> all) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(all.size());
    try {
      List<Future<?>> results = new ArrayList<>();
      all.forEach(each -> results.add(pool.submit(each)));
      for (Future<?> result : results) {
        result.get(120, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private Callable<?> reader(DurableStore store, int seed, int rows, int byteCount, int rounds) {
    return () -> {
      Random random = new Random(seed);
      for (int i = 0; i < rounds; i++) {
        if (random.nextInt(3) == 0) {
          Thread.currentThread().interrupt();
        }
        read(store, some(random, 32, rows), byteCount);
        Thread.interrupted();
      }
      return null;
    };
  }

  /** Segments of a few rows are dropped for others all the time. */
  private void readWhileRowsComeAndGo(int byteCount, int limitKiB, int rounds) throws Exception {
    int rows = 400;
    try (DurableStore store =
        DurableFixture.open(
            directory, DurableFixture.config(limitKiB, WhenFull.EVICT, limitKiB / 16), events)) {
      List<Callable<?>> all = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        all.add(reader(store, i, rows, byteCount, rounds));
      }
      all.add(
          () -> {
            Random random = new Random(7);
            for (int i = 0; i < 20 * rounds; i++) {
              int number = random.nextInt(rows);
              store.store(key(number), row(number, byteCount), NET);
              if (i % 50 == 0) {
                store.remove(key(random.nextInt(rows)));
              }
            }
            return null;
          });
      run(all);
      assertTrue(hits.get() > 0);
      assertTrue(events.evicted.get() > 0, "segments went");
      assertEquals(List.of(), events.failures);
    }
  }

  @Tag("slow")
  @Test
  void longRowsComeAndGo() throws Exception {
    readWhileRowsComeAndGo(60_000, 16 << 10, 60);
  }

  @Tag("slow")
  @Test
  void shortRowsComeAndGo() throws Exception {
    readWhileRowsComeAndGo(6000, 1 << 10, 150);
  }

  private DurableStore filled(int rows, int byteCount) {
    DurableStore store = DurableFixture.open(directory, events);
    for (int i = 0; i < rows; i++) {
      assertTrue(store.store(key(i), row(i, byteCount), NET));
    }
    assertTrue(store.flush());
    return store;
  }

  private static int[] all(int rows) {
    int[] numbers = new int[rows];
    Arrays.setAll(numbers, i -> i);
    return numbers;
  }

  private FileChannel segment() throws IOException {
    Path segment = DurableFixture.files(directory, SegmentName.SEGMENT).get(0);
    return FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * The rows of a run that is fetched at once; damage between two batches is seen by the second.
   */
  @Test
  void damageIsSeenThoughAllWasReadBefore() throws IOException {
    try (DurableStore store = filled(32, 2000);
        FileChannel file = segment()) {
      read(store, all(32), 2000);
      assertEquals(32, hits.getAndSet(0));
      long record = SegmentFormatV1.recordBytes(65 + 2000);
      long at = file.size() - 20 * record + 1000;
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), at);
      Lookup[] found = read(store, all(32), 2000);
      assertEquals(Lookup.CORRUPT, found[12]);
      assertEquals(31, hits.get());
      events.expectFailures(1);
    }
  }

  @Test
  void aFileThatEndsWithinARunServesWhatIsThere() throws IOException {
    try (DurableStore store = filled(32, 2000);
        FileChannel file = segment()) {
      long record = SegmentFormatV1.recordBytes(65 + 2000);
      file.truncate(file.size() - 3 * record + 10);
      Lookup[] found = read(store, all(32), 2000);
      assertEquals(29, hits.get());
      assertEquals(List.of(Lookup.CORRUPT, Lookup.CORRUPT, Lookup.CORRUPT), last(found, 3));
      events.expectFailures(3);
    }
  }

  private static List<Lookup> last(Lookup[] found, int count) {
    return List.of(found).subList(found.length - count, found.length);
  }

  /** No batch is served by halves: it ends, or says that the store is closed. */
  @Test
  void batchesEndWhenTheStoreIsClosed() throws Exception {
    DurableStore store = filled(64, 60_000);
    List<Callable<?>> all = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      all.add(
          () ->
              assertThrows(
                  IllegalStateException.class,
                  () -> {
                    while (true) {
                      read(store, all(64), 60_000);
                    }
                  }));
    }
    all.add(
        () -> {
          while (hits.get() < 200) {
            Thread.onSpinWait();
          }
          store.close();
          return null;
        });
    run(all);
    assertEquals(List.of(), events.failures);
  }
}
