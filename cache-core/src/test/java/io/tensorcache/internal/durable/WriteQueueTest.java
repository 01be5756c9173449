package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What is queued stays until the writer is done with it, and counts as long. */
class WriteQueueTest {
  private static final long NOT = 0; // waits so long for something to take

  private final Pending first = pending(1);
  private final Pending second = pending(2);
  private final WriteQueue queue = new WriteQueue(first.byteCount() + second.byteCount());

  private static Pending pending(int number) {
    return new Pending(key(number), DurableFixture.row(number), NET, 1_000);
  }

  private WriteQueue.Batch take() throws InterruptedException {
    return queue.take(Long.MAX_VALUE, NOT);
  }

  @Test
  void givesRowsAgainUntilTheyAreDone() throws Exception {
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(second, false));
    assertEquals(List.of(first, second), take().rows());
    assertEquals(List.of(first, second), take().rows(), "an error lost the first batch");

    queue.done(first);
    assertEquals(List.of(second), take().rows());
    assertEquals(second.byteCount(), queue.heldBytes());
    queue.done(second);
    assertEquals(List.of(), take().rows());
    assertEquals(0, queue.heldBytes());
    assertEquals(0, queue.unreservedBytes());
  }

  @Test
  void countsARowThatIsDoneTwiceOnce() throws Exception {
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(second, false));
    queue.done(first);
    queue.done(first);
    assertEquals(second.byteCount(), queue.heldBytes());
    assertEquals(List.of(second), take().rows());
  }

  @Test
  void givesATaskAgainUntilItRan() throws Exception {
    Runnable task = () -> {};
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(task));
    assertTrue(queue.offer(second, false));
    WriteQueue.Batch before = take();
    assertEquals(List.of(first), before.rows());
    assertNull(before.task());
    queue.done(first);
    assertSame(task, take().task());
    assertSame(task, take().task(), "an error lost it the first time");
    queue.done(task);
    queue.done(task);
    assertEquals(List.of(second), take().rows());
  }

  @Test
  void endsWhenAllIsDone() throws Exception {
    assertTrue(queue.offer(first, false));
    queue.close();
    assertFalse(queue.offer(second, false));
    WriteQueue.Batch last = take();
    assertEquals(List.of(first), last.rows());
    assertFalse(last.isEnd());
    queue.done(first);
    assertTrue(take().isEnd());
  }

  @Test
  void hasRoomAgainOnlyWhenARowIsDone() throws Exception {
    Pending third = pending(3);
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(second, false));
    take();
    assertFalse(queue.offer(third, false));
    assertNotNull(queue.pending(first.key));
    queue.done(first);
    queue.done(second);
    assertTrue(queue.offer(third, false));
    assertNull(queue.pending(first.key));
  }

  @Test
  void takesNoRowThatIsLargerThanAllOfIt() {
    WriteQueue small = new WriteQueue(first.byteCount());
    assertTrue(small.offer(first, true));
    WriteQueue smaller = new WriteQueue(first.byteCount() - 1);
    assertFalse(smaller.offer(first, true), "it would wait for ever");
    assertEquals(0, smaller.heldBytes());
  }

  @Test
  void keepsTheFirstRowOfAKey() throws Exception {
    Pending again = pending(1);
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(again, false));
    assertEquals(List.of(first), take().rows());
    assertEquals(first.byteCount(), queue.heldBytes());
    assertSame(first, queue.pending(first.key));
    assertNull(queue.pending(second.key));
  }

  @Test
  void countsBytesForWhichNoRoomIsReserved() {
    queue.offer(first, false);
    queue.offer(second, false);
    assertEquals(first.byteCount() + second.byteCount(), queue.unreservedBytes());
    queue.reserved(List.of(first));
    queue.reserved(List.of(first));
    assertEquals(second.byteCount(), queue.unreservedBytes());
    assertEquals(first.byteCount() + second.byteCount(), queue.heldBytes());
    queue.done(first);
    assertEquals(second.byteCount(), queue.unreservedBytes());
    queue.done(second);
    assertEquals(0, queue.unreservedBytes());
  }

  @Test
  void givesSoManyBytesAndOneRowMore() throws Exception {
    WriteQueue large = new WriteQueue(1 << 20);
    List<Pending> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rows.add(pending(i));
      large.offer(rows.get(i), false);
    }
    long two = rows.get(0).byteCount() + rows.get(1).byteCount();
    assertEquals(rows.subList(0, 1), large.take(0, NOT).rows());
    assertEquals(rows.subList(0, 1), large.take(1, NOT).rows());
    assertEquals(rows.subList(0, 2), large.take(two, NOT).rows());
    assertEquals(rows.subList(0, 3), large.take(two + 1, NOT).rows());
  }

  @Test
  void givesNothingThatWasTakenBack() {
    queue.offer(first, false);
    queue.offer(second, false);
    queue.cancel(key(99));
    queue.cancel(first.key);
    assertTrue(first.isCancelled());
    assertFalse(second.isCancelled());
    assertNull(queue.pending(first.key));
    List<Object> waiting = new ArrayList<>();
    queue.forEachWaiting((key, of) -> waiting.addAll(List.of(key, of)));
    assertEquals(List.of(second.key, NET), waiting);
    queue.cancelAll();
    assertTrue(second.isCancelled());
    assertNull(queue.pending(second.key));
    assertFalse(second.unlessCancelled(() -> waiting.add("acted")));
    assertEquals(2, waiting.size());
    Pending third = pending(3);
    assertTrue(third.unlessCancelled(() -> waiting.add("acted")));
    assertEquals(3, waiting.size());
  }

  @Test
  void isOpenUntilItIsClosed() {
    assertTrue(queue.isOpen());
    queue.close();
    assertFalse(queue.isOpen());
    assertFalse(queue.offer(() -> {}));
    assertFalse(queue.offer(first, true));
  }

  /** Offers the third row where there is no room for it, on a thread that waits. */
  private Future<Boolean> waiting(ExecutorService threads) throws Exception {
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(second, false));
    Future<Boolean> third = threads.submit(() -> queue.offer(pending(3), true));
    assertThrows(TimeoutException.class, () -> third.get(20, TimeUnit.MILLISECONDS));
    return third;
  }

  @Test
  void waitsForRoomUntilThereIsSome() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> third = waiting(threads);
      queue.done(first);
      queue.done(second);
      assertTrue(third.get(30, TimeUnit.SECONDS));
      assertEquals(pending(3).byteCount(), queue.heldBytes());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whoWaitsIsLetGoWhenItIsClosed() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> third = waiting(threads);
      queue.close();
      assertFalse(third.get(30, TimeUnit.SECONDS));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whoIsInterruptedStaysSoAndIsDeclined() {
    assertTrue(queue.offer(first, false));
    assertTrue(queue.offer(second, false));
    Thread.currentThread().interrupt();
    assertFalse(queue.offer(pending(3), true));
    assertTrue(Thread.interrupted());
  }

  @Test
  void whoTakesWaitsForWhatComes() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      long longTime = TimeUnit.MINUTES.toNanos(5);
      Future<WriteQueue.Batch> row = threads.submit(() -> queue.take(Long.MAX_VALUE, longTime));
      assertThrows(TimeoutException.class, () -> row.get(20, TimeUnit.MILLISECONDS));
      queue.offer(first, false);
      assertEquals(List.of(first), row.get(30, TimeUnit.SECONDS).rows());
      queue.done(first);
      Future<WriteQueue.Batch> task = threads.submit(() -> queue.take(Long.MAX_VALUE, longTime));
      assertThrows(TimeoutException.class, () -> task.get(20, TimeUnit.MILLISECONDS));
      Runnable what = () -> {};
      queue.offer(what);
      assertSame(what, task.get(30, TimeUnit.SECONDS).task());
      queue.done(what);
      Future<WriteQueue.Batch> end = threads.submit(() -> queue.take(Long.MAX_VALUE, longTime));
      assertThrows(TimeoutException.class, () -> end.get(20, TimeUnit.MILLISECONDS));
      queue.close();
      assertTrue(end.get(30, TimeUnit.SECONDS).isEnd());
    } finally {
      threads.shutdownNow();
    }
  }
}
