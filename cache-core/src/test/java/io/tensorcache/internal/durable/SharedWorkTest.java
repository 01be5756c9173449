package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Work that several threads share: each part is done once, and nobody is left behind. */
class SharedWorkTest {
  private final Thread here = Thread.currentThread();

  /** Who was called in a busy pool comes late, and would be taken for one of the next test's. */
  @AfterEach
  void letAllCome() {
    assertTrue(ForkJoinPool.commonPool().awaitQuiescence(60, TimeUnit.SECONDS));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void eachPartIsDoneOnce() {
    for (int helpers : new int[] {-1, 0, 1, 7}) {
      for (int parts : new int[] {0, 1, 2, 1000}) {
        AtomicIntegerArray done = new AtomicIntegerArray(parts);
        new SharedWork(parts, () -> done::incrementAndGet).run(helpers);
        for (int part = 0; part < parts; part++) {
          assertEquals(1, done.get(part), part + " of " + parts);
        }
      }
    }
  }

  @Test
  void nobodyIsAtWorkAfterwards() {
    for (int round = 0; round < 2000; round++) {
      AtomicBoolean isOver = new AtomicBoolean();
      AtomicInteger late = new AtomicInteger();
      new SharedWork(
              4,
              () ->
                  part -> {
                    Thread.yield();
                    late.addAndGet(isOver.get() ? 1 : 0);
                  })
          .run(3);
      isOver.set(true);
      assertEquals(0, late.get(), "round " + round);
    }
  }

  /** The pool is busy until this has ended. */
  @Test
  void whoCannotComeIsNotWaitedFor() {
    CountDownLatch end = new CountDownLatch(1);
    int threads = ForkJoinPool.commonPool().getParallelism();
    for (int i = 0; i < threads; i++) {
      ForkJoinPool.commonPool().execute(() -> await(end));
    }
    try {
      AtomicInteger done = new AtomicInteger();
      new SharedWork(
              9,
              () ->
                  part -> {
                    assertSame(here, Thread.currentThread());
                    done.incrementAndGet();
                  })
          .run(4);
      assertEquals(9, done.get());
    } finally {
      end.countDown();
    }
  }

  /** A program may keep all threads of the pool for itself as long as it runs. */
  @Test
  void inABusyPoolNothingPilesUp() {
    CountDownLatch end = new CountDownLatch(1);
    int threads = ForkJoinPool.commonPool().getParallelism();
    for (int i = 0; i < threads; i++) {
      ForkJoinPool.commonPool().execute(() -> await(end));
    }
    try {
      int before = ForkJoinPool.commonPool().getQueuedSubmissionCount();
      List<WeakReference<byte[]>> results = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        results.add(new WeakReference<>(filled()));
      }
      int more = ForkJoinPool.commonPool().getQueuedSubmissionCount() - before;
      assertTrue(more <= 4 * threads, more + " calls are in the queue");
      for (int round = 0; round < 100 && isHeld(results); round++) {
        System.gc();
      }
      assertFalse(isHeld(results), "nor does one that waits hold a result");
    } finally {
      end.countDown();
    }
  }

  private static byte[] filled() {
    byte[] result = new byte[1000];
    new SharedWork(9, () -> part -> result[part]++).run(4);
    return result;
  }

  private static boolean isHeld(List<WeakReference<byte[]>> results) {
    return results.stream().anyMatch(result -> result.get() != null);
  }

  /** What who asks throws is thrown when the helper has ended, and the other way round. */
  @Test
  void anErrorOfOneIsThrownWhenTheOthersHaveEnded() {
    assumeTrue(ForkJoinPool.commonPool().getParallelism() > 0, "one core");
    for (boolean isHelpers : new boolean[] {false, true}) {
      CountDownLatch both = new CountDownLatch(2);
      CountDownLatch thrown = new CountDownLatch(1);
      AtomicInteger ended = new AtomicInteger();
      OutOfMemoryError injected = new OutOfMemoryError("injected");
      SharedWork work =
          new SharedWork(
              100,
              () ->
                  part -> {
                    both.countDown();
                    await(both);
                    if (isHelpers != (Thread.currentThread() == here)) {
                      thrown.countDown();
                      throw injected;
                    }
                    await(thrown);
                    Thread.yield();
                    ended.incrementAndGet();
                  });
      assertSame(injected, assertThrows(OutOfMemoryError.class, () -> work.run(1)));
      assertTrue(ended.get() >= 1 && ended.get() < 100, "the rest is left: " + ended);
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaiting() {
    assumeTrue(ForkJoinPool.commonPool().getParallelism() > 0, "one core");
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicBoolean hasReturned = new AtomicBoolean();
    AtomicBoolean hasEnded = new AtomicBoolean();
    new SharedWork(
            2,
            () ->
                part -> {
                  both.countDown();
                  await(both);
                  if (Thread.currentThread() == here) {
                    here.interrupt();
                    interrupted.countDown();
                  } else {
                    await(interrupted);
                    awaitWaiting(hasReturned);
                    hasEnded.set(true);
                  }
                })
        .run(1);
    hasReturned.set(true);
    assertTrue(hasEnded.get());
    assertTrue(Thread.interrupted(), "and is kept");
  }

  /** Until the caller waits although it was interrupted, or goes on as it must not. */
  private void awaitWaiting(AtomicBoolean hasReturned) {
    while (here.getState() != Thread.State.WAITING && !hasReturned.get()) {
      Thread.onSpinWait();
    }
  }
}
