package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import java.lang.ref.ReferenceQueue;
import org.junit.jupiter.api.Test;

class UsesTest {
  private static final Bounds BOUND = new Bounds(3, Long.MAX_VALUE);

  private static Entry enter(Uses uses, String name) {
    return enter(uses, name, SampleEntries.from());
  }

  private static Entry enter(Uses uses, String name, Terms terms) {
    Entry entry =
        SampleEntries.entry(name, terms, SampleEntries.bothWays(new StringBuilder(name)), null);
    entry.used = uses.tick();
    uses.entered(entry);
    return entry;
  }

  @Test
  void theOrderMattersForABoundOrForSomeStrongOnes() {
    assertFalse(new Uses(Retention.STRONG, Bounds.NONE).matter());
    assertFalse(new Uses(Retention.WEAK, Bounds.NONE).matter());
    assertFalse(new Uses(Retention.COPY, Bounds.NONE).matter());
    assertFalse(new Uses(Retention.byLevel(CacheLevel.LIGHT), Bounds.NONE).matter());
    assertTrue(new Uses(Retention.STRONG, BOUND).matter());
    assertTrue(new Uses(Retention.COPY, new Bounds(Long.MAX_VALUE, 5)).matter());
    assertTrue(new Uses(Retention.hybrid(1), Bounds.NONE).matter());
  }

  @Test
  void onlyAHybridScopeDecidesOnStrengthByTheOrder() {
    assertTrue(new Uses(Retention.hybrid(1), Bounds.NONE).decideOnStrength());
    assertFalse(new Uses(Retention.STRONG, BOUND).decideOnStrength());
    assertFalse(new Uses(Retention.WEAK, BOUND).decideOnStrength());
    assertFalse(new Uses(Retention.hybrid(Integer.MAX_VALUE), BOUND).decideOnStrength());
  }

  @Test
  void ticksGoUpWhereTheyMatter() {
    Uses uses = new Uses(Retention.STRONG, BOUND);
    long first = uses.tick();
    assertTrue(first > 0);
    assertTrue(uses.tick() > first);
    Uses unbounded = new Uses(Retention.STRONG, Bounds.NONE);
    assertEquals(0, unbounded.tick());
    assertEquals(0, unbounded.tick());
  }

  @Test
  void entriesHavePlacesInTheQueuesThereAreOnly() {
    Entry.Places none = new Uses(Retention.STRONG, Bounds.NONE).places(new ReferenceQueue<>());
    assertSame(UsePlace.NONE, none.all());
    assertSame(UsePlace.NONE, none.strong());
    Entry.Places bound = new Uses(Retention.STRONG, BOUND).places(new ReferenceQueue<>());
    assertNotSame(UsePlace.NONE, bound.all());
    assertSame(UsePlace.NONE, bound.strong());
    Entry.Places hybrid = new Uses(Retention.hybrid(1), Bounds.NONE).places(new ReferenceQueue<>());
    assertSame(UsePlace.NONE, hybrid.all());
    assertNotSame(UsePlace.NONE, hybrid.strong());
  }

  @Test
  void theOldestIsTheOneUsedLongestAgo() {
    Uses uses = new Uses(Retention.STRONG, BOUND);
    Entry a = enter(uses, "a");
    Entry b = enter(uses, "b");
    uses.use(a);
    assertSame(b, uses.takeOldest());
    assertSame(a, uses.takeOldest());
    assertNull(uses.takeOldest());
  }

  @Test
  void whatPersistsDoesNotCountForTheBound() {
    Uses uses = new Uses(Retention.STRONG, BOUND);
    Entry persisting =
        SampleEntries.entry("p", SampleEntries.persisting(), SampleEntries.strongly("value"), null);
    assertFalse(uses.entered(persisting));
    Entry counted = SampleEntries.entry("c", SampleEntries.strongly("value"));
    assertTrue(uses.entered(counted));
    assertSame(counted, uses.takeOldest());
    assertNull(uses.takeOldest());
    assertFalse(new Uses(Retention.STRONG, Bounds.NONE).entered(counted));
  }

  @Test
  void whatLeftIsInNoOrder() {
    Uses uses = new Uses(Retention.hybrid(1), BOUND);
    Entry a = enter(uses, "a");
    Entry b = enter(uses, "b");
    assertFalse(a.isStrong(), "b came after it");
    uses.left(b);
    assertSame(a, uses.takeOldest());
    assertNull(uses.takeOldest());
    uses.use(a);
    assertTrue(a.isStrong());
    Entry c = enter(uses, "c");
    assertFalse(a.isStrong(), "c is the last one now");
    assertTrue(c.isStrong());
  }

  @Test
  void aUseStrengthensInAHybridScope() {
    Uses uses = new Uses(Retention.hybrid(1), Bounds.NONE);
    Entry a = enter(uses, "a");
    Object value = a.held();
    Entry b = enter(uses, "b");
    uses.use(a);
    assertTrue(a.isStrong());
    assertSame(value, a.held());
    assertFalse(b.isStrong());
    assertNull(uses.takeOldest(), "nothing is bounded");
  }
}
