package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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
}
