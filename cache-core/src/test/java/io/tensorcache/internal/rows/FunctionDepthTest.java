package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FunctionDepthTest {
  private final FunctionDepth depth = new FunctionDepth();

  @Test
  void countsHowDeepThisThreadIs() {
    assertEquals(0, depth.now());
    assertFalse(depth.isInside());
    depth.enter();
    int inFirst = depth.now();
    assertEquals(1, inFirst);
    assertTrue(depth.isInside());
    depth.enter();
    assertEquals(2, depth.now());
    assertFalse(CompletableFuture.supplyAsync(depth::isInside).join(), "of another thread");
    depth.returnTo(inFirst);
    assertEquals(1, depth.now());
    depth.returnTo(0);
    assertFalse(depth.isInside());
  }

  @Test
  void nobodyEntersWithALock() {
    RankedLock lock = new RankedLock(Rank.GROUPS);
    lock.lock();
    try {
      AssertionError refused = assertThrows(AssertionError.class, depth::enter);
      assertEquals(List.of(refused), LockCheck.takeViolations());
      assertTrue(refused.getMessage().contains("a function or a listener"), refused.getMessage());
    } finally {
      lock.unlock();
    }
    assertEquals(0, depth.now());
  }
}
