package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are read straight into the caller's memory, in several pieces. */
class LongRowsTest {
  private static final int ROWS = 8;
  private static final int ROW_BYTES = 300_000;
  private static final int HEAD_BYTES = SegmentFormatV1.RECORD_HEADER_BYTES + 65;
  private static final int RECORD_BYTES = (int) SegmentFormatV1.recordBytes(65 + ROW_BYTES);

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles files = new FaultyFiles();

  private DurableStore filled() {
    DurableStore store =
        DurableStore.open(
            directory, "rows", DurableFixture.large(), events, files, System::currentTimeMillis);
    for (int i = 0; i < ROWS; i++) {
      assertTrue(store.store(key(i), row(i), NET));
    }
    assertTrue(store.flush());
    return store;
  }

  private static Row row(int number) {
    return SampleRows.ofBytes(number, ROW_BYTES);
  }

  private FileChannel segment() throws IOException {
    Path segment = DurableFixture.files(directory, SegmentName.SEGMENT).get(0);
    return FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** The rows are the last records of the segment, in their order. */
  private static long start(FileChannel segment, int row) throws IOException {
    return segment.size() - (long) (ROWS - row) * RECORD_BYTES;
  }

  private static void flipBit(FileChannel segment, long at, int bit) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    assertEquals(1, segment.read(one, at));
    one.put(0, (byte) (one.get(0) ^ 1 << bit));
    assertEquals(1, segment.write(one.flip(), at));
  }

  @Tag("slow")
  @Test
  void aFlippedBitIsFoundWhereverItIs() throws Exception {
    long seed = Long.getLong("durable.seed", System.nanoTime());
    System.out.println("LongRowsTest: -Ddurable.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      int before = events.failures.size();
      try (DurableStore store = filled();
          FileChannel segment = segment()) {
        for (int i = 1; i < ROWS; i++) {
          int within = random.nextInt(4) == 0 ? HEAD_BYTES : HEAD_BYTES + ROW_BYTES;
          flipBit(segment, start(segment, i) + random.nextInt(within), random.nextInt(8));
        }
        for (int i = 1; i < ROWS; i++) {
          assertEquals(Lookup.CORRUPT, read(store, i, row(i)), "seed " + seed);
          assertEquals(Lookup.MISS, read(store, i, row(i)), "seed " + seed);
        }
        assertEquals(Lookup.DURABLE_HIT, read(store, 0, row(0)));
        events.expectFailures(before + ROWS - 1);
        store.clear();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 96, 97, 1000, 1024, 131_168, 131_169, 131_170, 262_241, 300_096})
  void aFileThatEndsWithinARowIsAMiss(int length) throws Exception {
    try (DurableStore store = filled();
        FileChannel segment = segment()) {
      segment.truncate(start(segment, ROWS - 1) + length);
      assertEquals(Lookup.CORRUPT, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(Lookup.MISS, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(Lookup.DURABLE_HIT, read(store, 0, row(0)));
      events.expectFailures(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aReadThatFailsIsAMissAndTriedAgain(int failing) {
    while (!isMissedAndTriedAgain(failing)) {
      events.failures.clear();
    }
  }

  /** False if the store just looked for what others wrote, after which it tries again at once. */
  private boolean isMissedAndTriedAgain(int failing) {
    try (DurableStore store = filled()) {
      AtomicInteger reads = new AtomicInteger();
      AtomicInteger looks = new AtomicInteger();
      Thread here = Thread.currentThread(); // the writer looks at files too
      files.fault =
          (operation, file) -> {
            if (Thread.currentThread() != here) {
              return;
            }
            looks.addAndGet(operation == FaultyFiles.Operation.LIST ? 1 : 0);
            if (operation == FaultyFiles.Operation.READ
                && file.toString().endsWith(SegmentName.SEGMENT)
                && reads.incrementAndGet() == failing) {
              throw new IOException("the disk does not answer");
            }
          };
      Lookup first = read(store, 3, row(3));
      if (looks.get() == 0) {
        assertEquals(Lookup.MISS, first);
        assertEquals(failing, reads.get(), "head and three pieces");
        events.expectFailures(1);
      }
      assertEquals(Lookup.DURABLE_HIT, read(store, 3, row(3)));
      store.clear();
      return looks.get() == 0;
    } finally {
      files.fault = (operation, file) -> {};
    }
  }

  /** One row is damaged while threads, interrupted all the time, read all of them. */
  @Tag("slow")
  @Test
  void interruptedReadersGetRightRowsOrNone() throws Exception {
    int readers = 4;
    AtomicInteger hits = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(readers);
    try (DurableStore store = filled();
        FileChannel segment = segment()) {
      CyclicBarrier beforeDamage = new CyclicBarrier(readers + 1);
      List<Future<?>> results = new ArrayList<>();
      for (int t = 0; t < readers; t++) {
        int first = t;
        results.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 160; i++) {
                    if (i == 40) {
                      Thread.interrupted();
                      beforeDamage.await(60, TimeUnit.SECONDS);
                    }
                    Thread.currentThread().interrupt();
                    int row = (first + i) % ROWS;
                    Lookup found = read(store, row, row(row)); // compares a hit
                    hits.addAndGet(found == Lookup.DURABLE_HIT ? 1 : 0);
                    assertTrue(found == Lookup.DURABLE_HIT || row == 2, () -> row + ": " + found);
                  }
                  return null;
                }));
      }
      beforeDamage.await(60, TimeUnit.SECONDS);
      flipBit(segment, start(segment, 2) + HEAD_BYTES + 200_000, 3);
      for (Future<?> result : results) {
        result.get(60, TimeUnit.SECONDS);
      }
      assertTrue(hits.get() >= readers * 160 * (ROWS - 1) / ROWS, hits::toString);
      assertEquals(Lookup.MISS, read(store, 2, row(2)));
      assertTrue(!events.failures.isEmpty());
    } finally {
      pool.shutdownNow();
    }
  }
}
