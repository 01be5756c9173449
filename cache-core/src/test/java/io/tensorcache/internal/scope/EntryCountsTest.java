package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EntryCountsTest {
  private final EntryCounts counts = new EntryCounts();

  private static Entry entry(long bytes) {
    return SampleEntries.entry("x", SampleEntries.bytes(bytes));
  }

  private static Entry persisting(long bytes) {
    return SampleEntries.entry("x", SampleEntries.persisting(), SampleEntries.bytes(bytes), null);
  }

  @Test
  void countsWhatComesAndWhatLeaves() {
    counts.add(entry(5), +1);
    counts.add(entry(7), +1);
    assertEquals(2, counts.entries());
    assertEquals(12, counts.bytes());
    counts.add(entry(5), -1);
    assertEquals(1, counts.entries());
    assertEquals(7, counts.bytes());
  }

  @Test
  void countsWhatPersistsToo() {
    counts.add(entry(5), +1);
    counts.add(persisting(100), +1);
    assertEquals(2, counts.entries());
    assertEquals(105, counts.bytes());
    counts.add(persisting(100), -1);
    assertEquals(1, counts.entries());
    assertEquals(5, counts.bytes());
  }

  @Test
  void whatPersistsTakesNoRoom() {
    Bounds one = new Bounds(1, 10);
    for (int i = 0; i < 5; i++) {
      counts.add(persisting(100), +1);
    }
    assertTrue(counts.hasRoom(one, 10));
  }

  @Test
  void thereIsRoomForTheLastEntryAndForNoMore() {
    Bounds two = new Bounds(2, Long.MAX_VALUE);
    counts.add(entry(1), +1);
    assertTrue(counts.hasRoom(two, 1));
    counts.add(entry(1), +1);
    assertFalse(counts.hasRoom(two, 1));
    assertFalse(counts.hasRoom(two, 0), "an entry without bytes counts");
  }

  @Test
  void thereIsRoomForTheLastByteAndForNoMore() {
    Bounds ten = new Bounds(Long.MAX_VALUE, 10);
    assertTrue(counts.hasRoom(ten, 10));
    assertFalse(counts.hasRoom(ten, 11));
    counts.add(entry(6), +1);
    assertTrue(counts.hasRoom(ten, 4));
    assertFalse(counts.hasRoom(ten, 5));
  }

  @Test
  void theLongestValueDoesNotOverflow() {
    counts.add(entry(6), +1);
    assertFalse(counts.hasRoom(new Bounds(9, 10), Long.MAX_VALUE));
    assertFalse(counts.hasRoom(Bounds.NONE, Long.MAX_VALUE));
    assertTrue(counts.hasRoom(Bounds.NONE, Long.MAX_VALUE - 6));
  }
}
