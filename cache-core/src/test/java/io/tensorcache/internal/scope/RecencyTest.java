package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecencyTest {
  private final Recency recency = new Recency(false);

  private Entry add(long tick) {
    Entry entry = SampleEntries.usedAt(tick);
    recency.add(entry);
    return entry;
  }

  @Test
  void theOneUsedLongestAgoIsTakenFirst() {
    Entry second = add(2);
    Entry third = add(3);
    Entry first = add(1);
    assertEquals(3, recency.size());
    assertSame(first, recency.takeOldest());
    assertSame(second, recency.takeOldest());
    assertSame(third, recency.takeOldest());
    assertNull(recency.takeOldest());
    assertEquals(0, recency.size());
  }

  @Test
  void aUseIsSeenWhenTheOldestIsAskedFor() {
    Entry first = add(1);
    Entry second = add(2);
    first.used = 3;
    assertSame(second, recency.takeOldest());
    assertSame(first, recency.takeOldest());
    assertNull(recency.takeOldest());
  }

  @Test
  void oneThatIsQueuedIsNotQueuedAgain() {
    Entry entry = add(1);
    assertTrue(entry.amongAll.isQueued());
    recency.add(entry);
    assertEquals(1, recency.size());
    recency.takeOldest();
    assertFalse(entry.amongAll.isQueued());
    recency.add(entry);
    assertSame(entry, recency.takeOldest());
  }

  @Test
  void oneThatLeftIsNeitherCountedNorTakenNorAdded() {
    Entry gone = add(1);
    Entry stays = add(2);
    recency.left(gone);
    assertEquals(1, recency.size());
    assertSame(stays, recency.takeOldest());
    assertNull(recency.takeOldest());
    recency.add(gone);
    assertEquals(0, recency.size());
  }

  @Test
  void oneThatLeavesAfterItWasTakenIsNotCountedTwice() {
    Entry taken = add(1);
    add(2);
    recency.takeOldest();
    recency.left(taken);
    assertEquals(1, recency.size());
  }

  @Test
  void theTwoQueuesOfATableUseDifferentPlaces() {
    Recency ofStrong = new Recency(true);
    Entry entry = add(1);
    assertFalse(entry.amongStrong.isQueued());
    ofStrong.add(entry);
    assertTrue(entry.amongStrong.isQueued());
    ofStrong.left(entry);
    assertEquals(0, ofStrong.size());
    assertEquals(1, recency.size());
    assertSame(entry, recency.takeOldest());
  }

  @Test
  void whatLeftIsForgottenThoughNobodyAsksForTheOldest() {
    List<Entry> staying = new ArrayList<>();
    for (int tick = 0; tick < 10_000; tick++) {
      Entry entry = add(tick);
      if (tick % 100 == 0) {
        staying.add(entry);
      } else {
        recency.left(entry);
      }
      assertEquals(staying.size(), recency.size());
    }
    for (Entry each : staying) {
      assertSame(each, recency.takeOldest());
    }
    assertNull(recency.takeOldest());
  }

  @Test
  void agreesWithAListInOrderOfUse() {
    long seed = 20_260_101;
    Random random = new Random(seed);
    Deque<Entry> expected = new ArrayDeque<>(); // used longest ago first
    for (int tick = 1; tick <= 20_000; tick++) {
      String at = "seed " + seed + ", step " + tick;
      int what = random.nextInt(10);
      if (what < 5 || expected.isEmpty()) {
        expected.addLast(add(tick));
      } else if (what < 8) {
        Entry used = List.copyOf(expected).get(random.nextInt(Math.min(50, expected.size())));
        used.used = tick;
        expected.remove(used);
        expected.addLast(used);
      } else if (what == 8) {
        assertSame(expected.pollFirst(), recency.takeOldest(), at);
      } else {
        recency.left(expected.pollLast());
      }
      assertEquals(expected.size(), recency.size(), at);
    }
  }
}
