package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import java.lang.ref.ReferenceQueue;
import org.junit.jupiter.api.Test;

class ExpiriesTest {
  private final Expiries expiries = new Expiries();

  private static Entry entry(String name, long expiresMillis) {
    return new Entry(
        name,
        Terms.of(CacheLevel.NORMAL),
        new Entry.Holding("value", null, 1, null),
        new Entry.Special(expiresMillis, null, null),
        new Entry.Places(Recency.Place.NONE, Recency.Place.NONE),
        new ReferenceQueue<>());
  }

  @Test
  void forgetsEntriesThatLeftLongBeforeTheirTime() {
    Entry first = entry("first", 10);
    expiries.add(first, each -> each.gone);
    for (int i = 0; i < 100_000; i++) {
      Entry replaced = entry("x", 1_000_000);
      expiries.add(replaced, each -> each.gone);
      replaced.letGo();
    }
    assertTrue(expiries.size() <= 2048, expiries.size() + " are queued");
    assertEquals(first, expiries.takeDue(10));
    assertNull(expiries.takeDue(10));
  }
}
