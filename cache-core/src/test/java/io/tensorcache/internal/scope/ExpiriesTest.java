package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ExpiriesTest {
  private final Expiries expiries = new Expiries();

  private Entry add(long millis) {
    Entry entry = SampleEntries.endingAt(millis);
    expiries.add(entry, each -> each.gone);
    return entry;
  }

  @Test
  void nothingIsDueWhereNothingEnds() {
    assertTrue(expiries.isEmpty());
    assertFalse(expiries.isDue(Long.MAX_VALUE - 1));
    assertNull(expiries.takeDue(Long.MAX_VALUE));
  }

  @Test
  void anEntryIsDueFromTheMillisecondOfItsEnd() {
    Entry entry = add(50);
    assertFalse(expiries.isEmpty());
    assertFalse(expiries.isDue(49));
    assertNull(expiries.takeDue(49));
    assertTrue(expiries.isDue(50));
    assertSame(entry, expiries.takeDue(50));
    assertEquals(0, expiries.size());
  }

  @Test
  void theSoonestComesFirstWhateverTheOrderTheyCameIn() {
    Entry second = add(20);
    Entry third = add(30);
    Entry first = add(10);
    assertTrue(expiries.isDue(10));
    assertSame(first, expiries.takeDue(100));
    assertSame(second, expiries.takeDue(100));
    assertSame(third, expiries.takeDue(100));
    assertNull(expiries.takeDue(100));
  }

  @Test
  void looksSeeWhatIsDueUntilItIsSettled() {
    add(10);
    add(20);
    expiries.takeDue(10);
    assertTrue(expiries.isDue(10), "who looks meanwhile waits until it has left");
    expiries.settle();
    assertFalse(expiries.isDue(19));
    assertTrue(expiries.isDue(20));
    expiries.takeDue(20);
    assertFalse(expiries.isEmpty());
    expiries.settle();
    assertTrue(expiries.isEmpty());
  }

  @Test
  void keepsThoseThatAreStillNeededWhenItIsPurged() {
    for (int i = 0; i < 1024; i++) {
      add(100 + i);
    }
    assertEquals(1024, expiries.size());
    add(99).letGo();
    assertEquals(1025, expiries.size(), "none of the others had left");
    for (int i = 0; i < 2048; i++) {
      add(5000).letGo();
    }
    for (int i = 0; i < 1024; i++) {
      assertEquals(100 + i, expiries.takeDue(Long.MAX_VALUE - 1).expiresMillis());
    }
  }

  @Test
  void forgetsEntriesThatLeftLongBeforeTheirTime() {
    Entry first = add(10);
    for (int i = 0; i < 100_000; i++) {
      add(1_000_000).letGo();
    }
    assertTrue(expiries.size() <= 2048, expiries.size() + " are queued");
    assertEquals(first, expiries.takeDue(10));
    assertNull(expiries.takeDue(10));
  }
}
