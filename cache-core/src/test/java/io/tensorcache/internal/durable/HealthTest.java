package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What went wrong is told once, and whether the store writes is known. */
class HealthTest {
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final Health health = new Health(events);

  /** The messages that were told since the last call. */
  private List<String> told() {
    health.deliver();
    List<String> messages = new ArrayList<>();
    events.failures.forEach(failure -> messages.add(failure.getMessage()));
    events.failures.clear();
    return messages;
  }

  @Test
  void isWellAtFirst() {
    assertNull(health.refusal());
    assertFalse(health.isRefusalFinal());
    assertEquals(0, health.failures());
    assertEquals(List.of(), told());
  }

  @Test
  void failuresAreToldWhenNoLockIsHeld() {
    TensorCacheException failure = new CorruptEntryException("one");
    health.failed(failure);
    health.failed(new StorageException("two"));
    assertEquals(2, health.failures());
    assertEquals(List.of(), events.failures, "not before it is delivered");
    health.deliver();
    assertSame(failure, events.failures.get(0));
    assertEquals(List.of("one", "two"), told());
    assertEquals(List.of(), told(), "once");
  }

  @Test
  void evictionsAreToldIfThereAreAny() {
    health.evicted(0);
    health.evicted(3);
    health.evicted(4);
    health.deliver();
    assertEquals(7, events.evicted.get());
    health.evicted(-1);
    health.deliver();
    assertEquals(7, events.evicted.get());
  }

  @Test
  void whatNobodyExpectedIsToldOnce() {
    Error error = new OutOfMemoryError("injected");
    health.thrown(error);
    health.deliver();
    assertSame(error, events.failures.get(0).getCause());
    assertEquals(List.of("the durable store failed: " + error), told());
    assertEquals(List.of(), told());
    assertEquals(1, health.failures());
  }

  @Test
  void theFirstReasonStandsUntilItIsLifted() {
    IOException cause = new IOException("full");
    health.refuse("full", cause, false);
    assertEquals("full", health.refusal());
    assertFalse(health.isRefusalFinal());
    health.refuse("something else", null, false);
    assertEquals("full", health.refusal());
    health.deliver();
    assertSame(cause, events.failures.get(0).getCause());
    assertEquals(List.of("full"), told());
  }

  @Test
  void aReasonForGoodStandsForGood() {
    health.refuse("full", null, false);
    health.refuse("gone", null, true);
    assertEquals("gone", health.refusal());
    assertTrue(health.isRefusalFinal());
    health.refuse("gone too", null, true);
    health.refuse("full again", null, false);
    health.retryIfDue();
    assertEquals("gone", health.refusal());
    assertEquals(List.of("full", "gone"), told());
  }

  @Test
  void isNotTriedAgainAtOnce() {
    health.refuse("full", null, false);
    health.retryIfDue();
    assertEquals("full", health.refusal());
  }

  /** Tries again until that is due; says after how many milliseconds it was. */
  private static long millisUntilRetried(Health health) {
    long start = System.nanoTime();
    while (health.refusal() != null) {
      health.retryIfDue();
      LockSupport.parkNanos(1_000_000);
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /** A second for an error, as there may be memory again, also where the error comes wrapped. */
  @Test
  @Timeout(60)
  void isTriedSoonAfterAnErrorAndLaterAfterTheDisk() {
    Health ofTheDisk = new Health(events);
    Health wrapped = new Health(events);
    ofTheDisk.refuse("full", new IOException("injected"), false);
    wrapped.refuse("no memory", new IOException(new StackOverflowError("injected")), false);
    long start = System.nanoTime();
    health.refuse("no memory", new OutOfMemoryError("injected"), false);
    millisUntilRetried(health);
    assertTrue(System.nanoTime() - start >= 1_000_000_000L, "a second");
    assertTrue(millisUntilRetried(wrapped) < 1_000, "no later");
    ofTheDisk.retryIfDue();
    assertEquals("full", ofTheDisk.refusal());
    assertEquals(List.of("no memory"), told());

    health.refuse("no memory", new OutOfMemoryError("injected"), false);
    health.wrote();
    assertEquals(List.of(), told(), "told before, and nothing was written since");
    millisUntilRetried(health);
    health.wrote();
    health.refuse("no memory", new OutOfMemoryError("injected"), false);
    assertEquals(List.of("no memory"), told(), "news, as something was written");
  }

  @Test
  void whoOnlyReadsHearsOfWhatCannotBeRead() {
    health.onlyRead();
    assertEquals("the store was opened for reading only", health.refusal());
    assertTrue(health.isRefusalFinal());
    assertEquals(List.of(), told(), "that is no failure");
    health.refuse("cannot be listed", null, false);
    health.refuse("cannot be listed", null, false);
    assertEquals(List.of("cannot be listed"), told());
    health.refuse("is gone", null, true);
    assertEquals(List.of("is gone"), told());
    assertEquals("the store was opened for reading only", health.refusal());
  }
}
