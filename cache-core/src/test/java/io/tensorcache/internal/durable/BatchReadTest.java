package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** In which order rows are read, on how many threads, and which result is whose. */
class BatchReadTest {
  private static final int NOW = 100;

  private final KeyIndex index = new KeyIndex();
  private final List<TensorKey> keys = new ArrayList<>();
  private final RowTarget target = SampleRows.target(DurableFixture.row(1).schema(), 1, false);
  private final List<TensorKey> read = Collections.synchronizedList(new ArrayList<>());
  private final Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
  private final AtomicInteger targets = new AtomicInteger();

  private void lie(int number, int segment, int start, long bytes) {
    index.add(key(number), Place.of(segment, start, bytes), NOW);
    keys.add(key(number));
  }

  private Lookup[] run(int oldest) {
    return new BatchRead(index, oldest)
        .run(
            keys,
            () -> {
              targets.incrementAndGet();
              return row -> target;
            },
            (key, into) -> {
              assertSame(target, into);
              read.add(key);
              threads.add(Thread.currentThread());
              return index.find(key, oldest) == 0 ? Lookup.MISS : Lookup.DURABLE_HIT;
            });
  }

  @Test
  void isThatOfTheFilesAndResultsThatOfTheKeys() {
    lie(1, 2, 10, 64);
    lie(2, 1, 30, 64);
    keys.add(key(3)); // not here
    lie(4, 1, 20, 64);
    lie(5, 0, 50, 64);
    Lookup hit = Lookup.DURABLE_HIT;
    assertArrayEquals(new Lookup[] {hit, hit, Lookup.MISS, hit, hit}, run(0));
    assertEquals(List.of(key(3), key(5), key(4), key(2), key(1)), read);
    assertEquals(Set.of(Thread.currentThread()), threads);
    assertEquals(1, targets.get());
  }

  @Test
  void leavesWhatIsTooOldToTheReader() {
    lie(1, 0, 10, 64);
    assertArrayEquals(new Lookup[] {Lookup.MISS}, run(NOW + 1));
    assertArrayEquals(new Lookup[] {Lookup.DURABLE_HIT}, run(NOW));
  }

  @Test
  void ofNothingIsNothing() {
    assertArrayEquals(new Lookup[0], run(0));
    assertEquals(List.of(), read);
  }

  @Test
  void rowsOfLessThanOneMibAreReadByWhoAsks() {
    for (int i = 0; i < 9; i++) {
      lie(i, 0, 1 + i * 20_000, 100 << 10);
    }
    run(0);
    assertEquals(Set.of(Thread.currentThread()), threads);
    assertEquals(1, targets.get());
  }

  /** As many parts as the machine has threads, at most. */
  @Test
  void rowsOfManyMibAreReadOnceEachOnSeveralThreads() {
    int most = ForkJoinPool.commonPool().getParallelism() + 1;
    for (int i = 0; i < 97; i++) {
      lie(i, i % 3, 1 + i * 20_000, 4 << 20);
    }
    Lookup[] found = run(0);
    assertEquals(97, found.length);
    assertTrue(Arrays.stream(found).allMatch(each -> each == Lookup.DURABLE_HIT));
    assertEquals(97, read.size());
    assertEquals(Set.copyOf(keys), Set.copyOf(read));
    assertTrue(targets.get() <= most && targets.get() == threads.size(), "one for each thread");
  }

  /** The first row waits until another one is read: by somebody else, as it waits. */
  @Test
  void anotherThreadHelps() {
    assumeTrue(ForkJoinPool.commonPool().getParallelism() > 0, "one core");
    lie(0, 0, 1, 512 << 10);
    lie(1, 0, 20_000, 512 << 10);
    CountDownLatch both = new CountDownLatch(2);
    new BatchRead(index, 0)
        .run(
            keys,
            () -> row -> target,
            (key, into) -> {
              both.countDown();
              await(both);
              threads.add(Thread.currentThread());
              return Lookup.DURABLE_HIT;
            });
    assertEquals(2, threads.size());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a source is told to fetch, and when it may forget it. */
  private List<String> fetched() {
    List<String> told = new ArrayList<>();
    new BatchRead(index, 0)
        .run(
            keys,
            () -> row -> target,
            new BatchRead.Source() {
              @Override
              public Lookup read(TensorKey key, RowTarget into) {
                told.add("read");
                return Lookup.DURABLE_HIT;
              }

              @Override
              public void fetch(long place, int byteCount) {
                told.add(Place.segment(place) + ":" + Place.start(place) + "+" + byteCount);
              }

              @Override
              public void forget() {
                told.add("forget");
              }
            });
    return told;
  }

  @Test
  void shortRowsThatLieTogetherAreFetchedAtOnce() {
    lie(1, 1, 10, 640);
    lie(2, 1, 20, 64);
    lie(3, 1, 21 + 64, 64); // after a gap of 4 KiB
    lie(4, 1, 86 + 65, 64); // after a larger one
    lie(5, 2, 200, 128); // in another file
    lie(6, 2, 202, 64);
    keys.add(key(7)); // not here
    keys.add(key(1)); // once more
    assertEquals(
        List.of(
            "read",
            "1:10+4864",
            "read",
            "read",
            "read",
            "read",
            "read",
            "2:200+192",
            "read",
            "read",
            "forget"),
        fetched());
  }

  @Test
  void longRowsAreNotFetchedNorMoreThanFits() {
    lie(1, 1, 10, 16 << 10);
    lie(2, 1, 266, (16 << 10) + 64);
    lie(3, 1, 523, 64);
    assertEquals(List.of("read", "read", "read", "forget"), fetched());
    keys.clear();
    for (int i = 0; i < 17; i++) {
      lie(10 + i, 2, 1 + i * 128, 8 << 10);
    }
    List<String> told = fetched();
    assertEquals("2:1+" + ReadWindow.BYTES, told.get(0));
    assertEquals(17 + 2, told.size(), "the last one is alone");
  }

  @Test
  void aFailureIsThrownWhenAllPartsHaveEnded() {
    for (int i = 0; i < 40; i++) {
      lie(i, 0, 1 + i * 20_000, 4 << 20);
    }
    for (Throwable thrown :
        new Throwable[] {new IllegalStateException("injected"), new OutOfMemoryError("injected")}) {
      AtomicInteger running = new AtomicInteger();
      assertSame(
          thrown,
          assertThrows(
              Throwable.class,
              () ->
                  new BatchRead(index, 0)
                      .run(
                          keys,
                          () -> row -> target,
                          (key, into) -> {
                            running.incrementAndGet();
                            try {
                              if (key.equals(key(0))) {
                                throw BatchReadTest.<RuntimeException>unchecked(thrown);
                              }
                              Thread.yield();
                              return Lookup.DURABLE_HIT;
                            } finally {
                              running.decrementAndGet();
                            }
                          })));
      assertEquals(0, running.get(), "still reading");
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
