package io.tensorcache.internal.lock;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a thread has of a lock, and that it gives back just that. */
@Timeout(60)
class HeldLocksTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 20_000;

  private final RankedLock lock = new RankedLock(Rank.CATALOG);
  private final RankedReadWriteLock shared = new RankedReadWriteLock(Rank.DISK_TIER);
  private final ExecutorService others = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void stop() {
    others.shutdownNow();
  }

  private boolean isFree() throws Exception {
    return others
        .submit(
            () -> {
              try {
                return lock.tryLock();
              } finally {
                lock.unlock();
              }
            })
        .get(10, SECONDS);
  }

  /** Takes it and throws, as a call does whose frame cannot be made again. */
  private void lockAndThrow() {
    lock.lock();
    throw new OutOfMemoryError("failed reallocation of scalar replaced objects");
  }

  @Test
  void isFreeAfterTakingItThrewWithItTaken() throws Exception {
    assertThrows(
        OutOfMemoryError.class,
        () -> {
          try {
            lockAndThrow();
          } finally {
            lock.unlock();
          }
        });
    assertTrue(isFree());
    LockCheck.entersUserCode("a function");
  }

  @Test
  void givesBackOnce() throws Exception {
    lock.lock();
    assertTrue(lock.isHeld());
    assertFalse(isFree());
    lock.unlock();
    assertFalse(lock.isHeld());
    assertTrue(isFree());
    lock.unlock();
    assertTrue(isFree());
  }

  @Test
  void staysWithItsOwnerWhereAnotherThreadUnlocks() throws Exception {
    try {
      shared.lock();
      lock.lock();
      CompletableFuture.runAsync(lock::unlock).get(10, SECONDS);
      CompletableFuture.runAsync(shared::unlock).get(10, SECONDS);
      CompletableFuture.runAsync(shared::unlockShared).get(10, SECONDS);
      assertFalse(isFree());
      assertFalse(isSharable());
    } finally {
      lock.unlock();
      shared.unlock();
    }
    assertTrue(isSharable());
  }

  /** True if another thread gets a share before long. */
  private boolean isSharable() throws Exception {
    Future<?> share = others.submit(this::shareOnce);
    try {
      share.get(100, MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private void shareOnce() {
    try {
      shared.lockShared();
    } finally {
      shared.unlockShared();
    }
  }

  @Test
  void refusesItsOwnerWithoutChecksToo() {
    OwnedLock owned = new OwnedLock();
    owned.take();
    assertThrows(IllegalMonitorStateException.class, owned::take);
    assertFalse(owned.tryTake());
    assertTrue(owned.isMine());
    owned.giveBack();
    assertFalse(owned.isMine());
  }

  @Test
  void excludesOthersAndWakesEachThatWaits() throws Exception {
    long[] count = {0};
    inAllThreads(
        () -> {
          try {
            lock.lock();
            count[0]++;
          } finally {
            lock.unlock();
          }
        });
    assertEquals((long) THREADS * ROUNDS, count[0]);
  }

  @Test
  void sharesExcludeWhoHasItForItself() throws Exception {
    long[] count = {0};
    long[] seen = {0};
    inAllThreads(
        () -> {
          try {
            shared.lock();
            count[0]++;
            seen[0]++;
          } finally {
            shared.unlock();
          }
          try {
            shared.lockShared();
            if (count[0] != seen[0]) {
              throw new AssertionError("a change is seen half done");
            }
          } finally {
            shared.unlockShared();
          }
        });
    assertEquals((long) THREADS * ROUNDS, count[0]);
  }

  /** An owner of one stripe keeps the others from having all. */
  @Test
  void whoWantsItForItselfWaitsForEachShare() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Future<?> sharing =
        others.submit(
            () -> {
              try {
                shared.lockShared();
                both.await(10, SECONDS); // has it
                both.await(10, SECONDS); // may leave it
              } finally {
                shared.unlockShared();
              }
              return null;
            });
    both.await(10, SECONDS);
    Future<?> whole =
        others.submit(
            () -> {
              try {
                shared.lock();
              } finally {
                shared.unlock();
              }
            });
    assertThrows(TimeoutException.class, () -> whole.get(50, MILLISECONDS));
    both.await(10, SECONDS);
    sharing.get(10, SECONDS);
    whole.get(10, SECONDS);
  }

  private void inAllThreads(Runnable step) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    for (int i = 0; i < THREADS; i++) {
      all.add(
          others.submit(
              () -> {
                start.await(10, SECONDS);
                for (int round = 0; round < ROUNDS; round++) {
                  step.run();
                }
                return null;
              }));
    }
    for (Future<?> each : all) {
      each.get(50, SECONDS);
    }
  }
}
