package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Room is made before an entry enters, at the expense of what was used longest ago. */
class EntryTableBoundsTest {
  private static Entry put(HandTable hand, String name, long bytes) {
    return hand.put(name, SampleEntries.from(), SampleEntries.bytes(bytes));
  }

  @Test
  void theEntryUsedLongestAgoMakesRoom() {
    HandTable hand = HandTable.ofEntries(2);
    hand.put("a");
    hand.put("b");
    assertEquals(List.of(), hand.left);
    hand.table.find("a");
    hand.put("c");
    assertEquals(List.of("a", "c"), hand.names());
    assertEquals(List.of("b EVICTED"), hand.left);
    assertEquals(1, hand.table.counts().evictions.sum());
  }

  @Test
  void asManyAsNeededMakeRoom() {
    HandTable hand = HandTable.ofBytes(10);
    put(hand, "a", 4);
    put(hand, "b", 4);
    put(hand, "c", 2);
    put(hand, "d", 7);
    assertEquals(List.of("c", "d"), hand.names());
    assertEquals(9, hand.table.counts().bytes());
    put(hand, "e", 1);
    assertEquals(List.of("c", "d", "e"), hand.names(), "it fits to the byte");
  }

  @Test
  void anEntryThatNeverFitsEvictsNothing() {
    HandTable hand = HandTable.ofBytes(10);
    put(hand, "a", 4);
    assertNull(put(hand, "large", 11));
    assertEquals(List.of("a"), hand.names());
    assertNotNull(put(hand, "all", 10));
    assertEquals(List.of("all"), hand.names());
  }

  @Test
  void anEntryThatNeverFitsRemovesTheOneItReplaces() {
    HandTable hand = HandTable.ofBytes(10);
    put(hand, "a", 4);
    assertNull(put(hand, "a", 11));
    assertEquals(List.of(), hand.names());
    assertEquals(List.of("a REPLACED"), hand.left);
  }

  @Test
  void anEntryNeedsNoRoomBesideTheOneItReplaces() {
    HandTable hand = HandTable.ofEntries(2);
    hand.put("a");
    hand.put("b");
    hand.put("b");
    assertEquals(List.of("a", "b"), hand.names());
    assertEquals(List.of("b REPLACED"), hand.left);
  }

  @Test
  void whatPersistsNeitherMakesNorTakesRoom() {
    HandTable hand = HandTable.ofEntries(1);
    hand.put("a");
    for (String name : List.of("p", "q")) {
      assertNotNull(hand.put(name, SampleEntries.persisting(), SampleEntries.strongly("value")));
    }
    assertEquals(List.of("a", "p", "q"), hand.names());
    hand.put("b");
    assertEquals(List.of("b", "p", "q"), hand.names());
  }

  @Test
  void whatPersistsMayBeLongerThanTheBound() {
    HandTable hand = HandTable.ofBytes(10);
    assertNotNull(hand.put("p", SampleEntries.persisting(), SampleEntries.bytes(11)));
    assertEquals(11, hand.table.counts().bytes());
  }

  @Test
  void aClosedValueLeavesBeforeALiveOneHasTo() {
    HandTable hand = HandTable.ofEntries(2);
    ClosedOnes type = new ClosedOnes();
    hand.put("a", SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    hand.put("b", SampleEntries.from(), new Entry.Holding("closed", null, 1, type));
    hand.put("c", SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    assertEquals(List.of("b COLLECTED"), hand.left);
    assertEquals(0, hand.table.counts().evictions.sum());
    assertEquals(1, hand.table.counts().collected.sum());
  }

  @Test
  void closedValuesAreNotLookedForWhereThereIsRoom() {
    HandTable hand = HandTable.ofEntries(2);
    ClosedOnes type = new ClosedOnes();
    hand.put("a", SampleEntries.from(), new Entry.Holding("closed", null, 1, type));
    hand.put("b", SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    assertEquals(0, type.looks);
    assertEquals(2, hand.table.size());
    hand.table.dropClosed();
    assertEquals(List.of("a COLLECTED"), hand.left);
  }

  @Test
  void aLargeTableLooksForClosedValuesNowAndThenOnly() {
    int entries = 6400;
    HandTable hand = HandTable.ofEntries(entries);
    ClosedOnes type = new ClosedOnes();
    for (int i = 0; i < entries; i++) {
      hand.put("x" + i, SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    }
    for (int i = 0; i < 200; i++) {
      hand.put("y" + i, SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    }
    assertEquals(2 * entries, type.looks, "once in 100 evictions");
  }

  @Test
  void aCopyIsNotLookedAt() {
    HandTable hand = new HandTable(Retention.COPY, CacheLevel.NORMAL, new Bounds(1, 10));
    ClosedOnes type = new ClosedOnes();
    hand.put("a", SampleEntries.from(), new Entry.Holding("closed", null, 1, type));
    hand.table.dropClosed();
    hand.put("b", SampleEntries.from(), new Entry.Holding("open", null, 1, type));
    assertEquals(0, type.looks);
    assertEquals(List.of("a EVICTED"), hand.left);
  }

  @Test
  void aRefreshedEntryIsAmongTheOldestAgain() {
    HandTable hand = HandTable.ofEntries(2);
    Entry a = hand.put("a");
    hand.put("b");
    assertNotNull(hand.table.refresh(a, SampleEntries.strongly("moved")));
    hand.put("c");
    assertEquals(List.of("a", "c"), hand.names());
    hand.put("d");
    assertEquals(List.of("c", "d"), hand.names());
    assertTrue(a.gone);
  }
}
