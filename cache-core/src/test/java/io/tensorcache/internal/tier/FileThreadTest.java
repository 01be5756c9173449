package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ehcache.CacheManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that changes the file of a disk tier, and those who wait for it. */
@Timeout(60)
class FileThreadTest {
  private final FileThread thread = FileThread.start();

  @AfterEach
  void close() {
    thread.close();
  }

  @Test
  void isOneThreadThatNoProgramWaitsFor() {
    Thread there = thread.call(Thread::currentThread);
    assertSame(there, thread.call(Thread::currentThread));
    assertEquals("tensorcache-disk", there.getName());
    assertTrue(there.isDaemon());
    assertSame(CacheManager.class.getClassLoader(), there.getContextClassLoader());
    thread.close();
    assertFalse(there.isAlive());
  }

  @Test
  void givesWhatItGotOrThrowsIt() {
    assertEquals(7, thread.call(() -> 7));
    assertNull(thread.call(() -> null));
    for (Throwable thrown :
        new Throwable[] {new IllegalStateException("injected"), new OutOfMemoryError("injected")}) {
      assertSame(
          thrown,
          assertThrows(
              Throwable.class,
              () ->
                  thread.call(
                      () -> {
                        throw FileThreadTest.<RuntimeException>unchecked(thrown);
                      })));
    }
    assertEquals(8, thread.call(() -> 8), "goes on");
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void anInterruptStaysWithWhoWaits() {
    assertFalse(thread.call(() -> Thread.currentThread().isInterrupted()));
    assertFalse(Thread.interrupted());
    Thread.currentThread().interrupt();
    assertFalse(thread.call(() -> Thread.currentThread().isInterrupted()));
    assertTrue(Thread.interrupted());
  }

  @Test
  void whatWasCalledBeforeItIsClosedIsDone() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    ExecutorService others = Executors.newCachedThreadPool();
    try {
      Future<String> result =
          others.submit(
              () ->
                  thread.call(
                      () -> {
                        called.countDown();
                        await(mayGoOn);
                        return "done";
                      }));
      called.await();
      Future<Boolean> closed =
          others.submit(
              () -> {
                Thread.currentThread().interrupt();
                thread.close();
                return Thread.interrupted();
              });
      assertFalse(isDoneWithin(closed, 50), "waits for what was called");
      mayGoOn.countDown();
      assertEquals("done", result.get());
      assertTrue(closed.get(), "stays interrupted");
    } finally {
      mayGoOn.countDown();
      others.shutdown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isDoneWithin(Future<?> future, long millis) throws Exception {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException e) {
      return false;
    }
  }

  @Test
  void takesNothingOnceItIsClosed() {
    thread.close();
    assertFalse(Thread.interrupted());
    String why = assertThrows(IllegalStateException.class, () -> thread.call(() -> 1)).getMessage();
    assertEquals("the disk tier is closed", why);
    Thread.currentThread().interrupt();
    assertThrows(IllegalStateException.class, () -> thread.call(() -> 1));
    assertTrue(Thread.interrupted());
    thread.close();
  }
}
