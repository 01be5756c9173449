package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Removal;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.ScopeListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemovalsTest {
  private final Removals removals = new Removals();
  private final LongAdder failures = new LongAdder();
  private final List<String> told = new ArrayList<>();

  private void add(String name, ScopeListener listener) {
    removals.add(
        new Removal("scope", name, CacheLevel.NORMAL, RemovalCause.REMOVED, null),
        listener,
        failures);
  }

  private void add(String name) {
    add(name, removal -> told.add(removal.name()));
  }

  @Test
  void areToldInTheOrderTheyCame() {
    assertFalse(removals.isPending());
    add("a");
    add("b");
    assertTrue(removals.isPending());
    assertEquals(List.of(), told, "not before tell()");
    removals.tell();
    assertEquals(List.of("a", "b"), told);
    assertFalse(removals.isPending());
    removals.tell();
    assertEquals(List.of("a", "b"), told, "each once");
  }

  @Test
  void aListenerThatThrowsIsCountedAndTheNextIsTold() {
    add(
        "a",
        removal -> {
          throw new IllegalStateException("on purpose");
        });
    add(
        "b",
        removal -> {
          throw new StackOverflowError("on purpose");
        });
    add("c");
    removals.tell();
    assertEquals(2, failures.sum());
    assertEquals(List.of("c"), told);
  }

  @Test
  void whatAListenerRemovesIsToldAfterItReturned() {
    add(
        "a",
        removal -> {
          add("b");
          removals.tell();
          assertEquals(List.of(), told);
          told.add("a");
        });
    removals.tell();
    assertEquals(List.of("a", "b"), told);
    assertEquals(0, failures.sum());
  }

  @Test
  void aThreadTellsAgainAfterAListenerThrew() {
    add(
        "a",
        removal -> {
          throw new AssertionError("on purpose");
        });
    removals.tell();
    add("b");
    removals.tell();
    assertEquals(List.of("b"), told);
  }

  @Test
  void anotherThreadTellsWhileOneIsTelling() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    add(
        "slow",
        removal -> {
          entered.countDown();
          await(leave);
        });
    FutureTask<Boolean> slow =
        OtherThread.start(
            () -> {
              removals.tell();
              return true;
            });
    await(entered);
    add("b");
    removals.tell();
    assertEquals(List.of("b"), told);
    leave.countDown();
    assertTrue(OtherThread.result(slow));
    assertEquals(0, failures.sum());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
