package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpareScratchTest {
  @Test
  void whatIsGivenBackIsTakenAgainAndNothingTwice() {
    SpareScratch<Object> spares = new SpareScratch<>(Object::new);
    Object first = spares.take();
    assertNotSame(first, spares.take());
    spares.giveBack(first);
    assertSame(first, spares.take());
  }

  @Test
  void manyThreadsLeaveABoundedNumber() throws InterruptedException {
    SpareScratch<Object> spares = new SpareScratch<>(Object::new);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Thread thread = new Thread(() -> spares.giveBack(spares.take()));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(spares.kept() <= 64, "kept " + spares.kept());
  }
}
