package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.RemovalCause;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries whose time is over, and what else a look finds gone. */
class EntryTableTimeTest {
  private final HandTable hand = new HandTable(); // it is 1000
  private final EntryTable table = hand.table;

  private Entry putFor(String name, long millis, String... sources) {
    Entry entry =
        hand.put(name, SampleEntries.livingFor(millis, sources), SampleEntries.strongly("value"));
    assertNotNull(entry);
    return entry;
  }

  @Test
  void aLookDoesNotFindWhatIsOver() {
    Entry entry = putFor("K", 10);
    hand.nowMillis = 1009;
    assertEquals(entry, table.find("K"));
    hand.nowMillis = 1010;
    assertNull(table.find("K"));
    assertEquals(List.of("K EXPIRED"), hand.left);
    assertEquals(0, table.size());
  }

  @Test
  void aLookDoesNotFindWhatWasComputedFromWhatIsOver() {
    putFor("K", 10);
    hand.put("L", "K");
    hand.put("other");
    hand.nowMillis = 1010;
    assertNull(table.find("L"));
    assertNotNull(table.find("other"));
    assertEquals(List.of("K EXPIRED", "L EXPIRED"), hand.left);
  }

  @Test
  void aLookAtWhatDoesNotEndAsksNoClock() {
    hand.put("other");
    putFor("K", 10);
    int before = hand.clockReads;
    assertNotNull(table.find("other"));
    assertNull(table.find("unknown"));
    assertEquals(before, hand.clockReads);
    assertNotNull(table.find("K"));
    assertEquals(before + 1, hand.clockReads);
  }

  @Test
  void aValueThatIsPutAnewHasItsOwnTime() {
    putFor("K", 10);
    hand.nowMillis = 1005;
    putFor("K", 10);
    hand.nowMillis = 1010;
    assertNotNull(table.find("K"));
    hand.nowMillis = 1015;
    assertNull(table.find("K"));
    assertEquals(List.of("K REPLACED", "K EXPIRED"), hand.left);
  }

  @Test
  void whatIsOverLeavesWhenItIsAskedToOrListed() {
    putFor("K", 10);
    putFor("L", 20);
    hand.nowMillis = 1010;
    table.expire();
    assertEquals(1, table.size());
    hand.nowMillis = 1020;
    assertEquals(List.of(), hand.names());
    assertEquals(List.of("K EXPIRED", "L EXPIRED"), hand.left);
  }

  @Test
  void aListShowsNothingThatIsCollectedOrClosed() {
    hand.put("collected", SampleEntries.from(), SampleEntries.weakly("held"));
    assertTrue(table.find("collected").enqueue());
    Entry.Holding closed = new Entry.Holding("closed", null, 1, new ClosedOnes());
    hand.put("closed", SampleEntries.from(), closed);
    hand.put("K");
    assertEquals(List.of("K"), hand.names());
    assertEquals(
        List.of("closed COLLECTED", "collected COLLECTED"), hand.left.stream().sorted().toList());
    assertEquals(1, table.size());
  }

  @Test
  void whatWasComputedFromAnEvictedSourceEndsWithItHoweverManyCameAfter() {
    Entry source = putFor("K", 1_000_000);
    hand.put("L", "K");
    table.leave(source, RemovalCause.EVICTED);
    for (int i = 0; i < 5000; i++) {
      putFor("x", 2_000_000); // those that left are forgotten, and that one is not
    }
    hand.nowMillis += 1_000_000;
    assertNull(table.find("L"));
  }

  @Test
  void aSourceThatWasEvictedAloneIsForgotten() {
    Entry source = putFor("K", 1_000_000);
    table.leave(source, RemovalCause.EVICTED);
    hand.put("L", "K"); // from another value of it
    hand.nowMillis += 1_000_000;
    assertNotNull(table.find("L"));
  }

  @Test
  void aRefusedChangeLeavesTheTableFree() {
    table.close(false);
    assertThrows(IllegalStateException.class, () -> hand.remove("K"));
    assertEquals(List.of(), OtherThread.call(hand::names));
  }
}
