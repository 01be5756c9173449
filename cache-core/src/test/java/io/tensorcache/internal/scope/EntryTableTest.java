package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What enters a table, and what leaves for it. */
class EntryTableTest {
  private final HandTable hand = new HandTable();
  private final EntryTable table = hand.table;

  @Test
  void findsWhatWasPut() {
    Entry entry = hand.put("K");
    assertNotNull(entry);
    assertSame(entry, table.find("K"));
    assertNull(table.find("L"));
    assertEquals(1, table.size());
    assertEquals(List.of("K kept"), hand.orders);
    assertEquals(List.of(), hand.left);
  }

  @Test
  void aPutReplacesWhatWasThereAndTellsOfIt() {
    hand.put("K", SampleEntries.from(), SampleEntries.strongly("old"));
    Entry second = hand.put("K", SampleEntries.from(), SampleEntries.strongly("new"));
    assertSame(second, table.find("K"));
    assertEquals(1, table.size());
    assertEquals(1, table.counts().bytes());
    assertEquals(List.of("K REPLACED"), hand.leaving);
    assertEquals(List.of("K REPLACED"), hand.left);
    assertEquals(List.of("old"), hand.held);
  }

  @Test
  void aPutTakesAlongWhatWasComputedFromTheOldValue() {
    hand.put("K");
    hand.put("L", "K");
    hand.put("M", "L");
    hand.put("K");
    assertEquals(List.of("K"), hand.names());
    assertEquals(List.of("L REPLACED", "M REPLACED", "K REPLACED"), hand.left);
  }

  @Test
  void whatWasComputedDoesNotReplaceWhatIsThere() {
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K");
    Entry first = OtherThread.call(() -> enterRead("K"));
    assertNull(hand.enter(ticket, SampleEntries.strongly("second")));
    assertSame(first, table.find("K"));
    assertEquals(List.of(), hand.left);
    assertEquals(List.of(), hand.orders, "nothing changed");
  }

  private Entry enterRead(String name) {
    Ticket read = table.begin(Ticket.Purpose.READ, name, SampleEntries.persisting(), null);
    return table.enterRead(read, read.terms(), SampleEntries.strongly("read"));
  }

  @Test
  void whatWasReadFromTheStoreIsMarked() {
    Entry read = enterRead("K");
    assertNotNull(read);
    assertTrue(read.isRead);
    assertFalse(hand.put("L").isRead);
  }

  @Test
  void whatWasComputedTakesThePlaceOfALostValue() {
    hand.put("K", SampleEntries.from(), SampleEntries.weakly(new Object()));
    table.find("K").clear();
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K");
    assertNotNull(hand.enter(ticket, SampleEntries.strongly("value")));
    assertEquals(1, table.size());
    assertEquals(List.of("K COLLECTED"), hand.left);
    assertEquals(1, table.counts().collected.sum());
  }

  @Test
  void aLostValueThatIsReplacedWasCollected() {
    hand.put("K", SampleEntries.from(), SampleEntries.weakly(new Object()));
    table.find("K").clear();
    hand.put("K");
    assertEquals(List.of("K COLLECTED"), hand.left);
  }

  @Test
  void anOutdatedValueDoesNotEnter() {
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K", "sample");
    hand.put("sample");
    assertNull(hand.enter(ticket, SampleEntries.strongly("value")));
    assertNull(table.find("K"));
  }

  @Test
  void aPutWhoseSourceChangedRemovesWhatWasThere() {
    hand.put("K");
    hand.put("L", "K");
    Ticket put = hand.begin(Ticket.Purpose.PUT, "K", "sample");
    hand.put("sample");
    hand.orders.clear();
    assertNull(hand.enter(put, SampleEntries.strongly("late")));
    assertEquals(List.of("sample"), hand.names());
    assertEquals(List.of("K REPLACED", "L REPLACED"), hand.left);
    assertEquals(List.of("K gone"), hand.orders);
  }

  @Test
  void anOverwriteThatWasSupersededChangesNothing() {
    Ticket overwrite = hand.begin(Ticket.Purpose.OVERWRITE, "K");
    Entry put = OtherThread.call(() -> hand.put("K"));
    hand.orders.clear();
    assertNull(hand.enter(overwrite, SampleEntries.strongly("late")));
    assertSame(put, table.find("K"));
    assertEquals(List.of(), hand.orders);
  }

  @Test
  void aLevelAboveThatOfTheTableIsNotKept() {
    assertNull(hand.put("K", Terms.of(CacheLevel.HEAVY), SampleEntries.strongly("value")));
    assertNotNull(hand.put("L", Terms.of(CacheLevel.NORMAL), SampleEntries.strongly("value")));
    assertNotNull(
        hand.put("M", SampleEntries.forced(CacheLevel.TOTAL), SampleEntries.strongly("value")));
    assertEquals(List.of("L", "M"), hand.names());
    assertTrue(table.keeps(Terms.of(CacheLevel.NORMAL)));
    assertFalse(table.keeps(Terms.of(CacheLevel.HEAVY)));
    assertTrue(table.keeps(SampleEntries.forced(CacheLevel.HEAVY)));
  }

  @Test
  void aPutAboveTheLevelRemovesWhatWasThere() {
    hand.put("K");
    hand.put("K", Terms.of(CacheLevel.HEAVY), SampleEntries.strongly("value"));
    assertEquals(List.of(), hand.names());
    assertEquals(List.of("K REPLACED"), hand.left);
    assertEquals(List.of("K kept", "K gone"), hand.orders);
  }

  @Test
  void aValueThatCanBeHeldNowhereRemovesWhatWasThere() {
    hand.put("K");
    try (Ticket ticket = hand.begin(Ticket.Purpose.PUT, "K")) {
      assertNull(table.enter(ticket, ticket.terms(), null, hand.order("K")));
    }
    assertEquals(0, table.size());
    assertEquals(List.of("K kept", "K gone"), hand.orders);
  }

  @Test
  void aTakenEntryLeavesOnceAndWhatWasComputedFromItStays() {
    Entry entry = hand.put("K");
    hand.put("L", "K");
    Ticket computing = OtherThread.call(() -> hand.begin(Ticket.Purpose.COMPUTE, "K"));
    assertTrue(table.take(entry));
    assertFalse(table.take(entry));
    assertFalse(computing.isValid());
    assertEquals(List.of("L"), hand.names());
    assertEquals(List.of("K REMOVED"), hand.left);
  }

  @Test
  void aTakeThatCameTooLateOutdatesNothing() {
    Entry entry = hand.put("K");
    hand.put("K");
    Ticket computing = OtherThread.call(() -> hand.begin(Ticket.Purpose.COMPUTE, "K"));
    assertFalse(table.take(entry), "another one has its place");
    assertTrue(computing.isValid());
    assertEquals(List.of("K"), hand.names());
  }

  @Test
  void whatWasReadFromTheStoreIsTakenByTheFirstOne() {
    Ticket first = hand.begin(Ticket.Purpose.READ, "K");
    Ticket second = hand.begin(Ticket.Purpose.READ, "K");
    assertTrue(table.takeStored(first, hand.order("K")));
    assertEquals(List.of("K gone"), hand.orders);
    assertFalse(table.takeStored(second, hand.order("K")));
    assertEquals(List.of("K gone"), hand.orders);
  }

  @Test
  void takingFromTheStoreTakesTheEntryToo() {
    Ticket ticket = hand.begin(Ticket.Purpose.READ, "K");
    enterRead("K");
    assertTrue(table.takeStored(ticket, StoreOrder.NONE));
    assertEquals(0, table.size());
    assertEquals(List.of("K REMOVED"), hand.left);
  }

  @Test
  void anEntryLeavesOnceAndForWhatItIs() {
    Entry entry = hand.put("K");
    hand.put("L", "K");
    assertTrue(table.leave(entry, RemovalCause.EVICTED));
    assertFalse(table.leave(entry, RemovalCause.EVICTED));
    assertEquals(List.of("L"), hand.names());
    assertEquals(1, table.counts().evictions.sum());
    assertEquals(0, table.counts().collected.sum());
  }

  @Test
  void anotherHoldingOfTheSameValueTakesItsPlaceSilently() {
    Entry before = hand.put("K", SampleEntries.from("sample"), SampleEntries.bytes(5));
    Entry after = table.refresh(before, SampleEntries.bytes(7));
    assertNotNull(after);
    assertSame(after, table.find("K"));
    assertTrue(before.gone);
    assertNull(before.held());
    assertEquals(1, table.size());
    assertEquals(7, table.counts().bytes());
    assertEquals(List.of(), hand.left);
    assertNull(table.refresh(before, SampleEntries.bytes(9)), "it left");
    assertSame(after, table.find("K"));
    hand.remove("sample");
    assertEquals(0, table.size(), "it depends on what the other one did");
  }

  @Test
  void aClosedTableTakesNothingAndRefusesChanges() {
    Entry entry = hand.put("K");
    Ticket put = hand.begin(Ticket.Purpose.PUT, "L");
    Ticket computed = hand.begin(Ticket.Purpose.COMPUTE, "L");
    Ticket read = hand.begin(Ticket.Purpose.READ, "L");
    assertFalse(table.isClosed());
    table.close(true);
    assertTrue(table.isClosed());
    assertEquals(0, table.size());
    assertEquals(List.of("K REMOVED"), hand.left);
    assertNull(hand.enter(computed, SampleEntries.strongly("value")));
    assertThrows(
        IllegalStateException.class, () -> hand.enter(put, SampleEntries.strongly("value")));
    assertThrows(IllegalStateException.class, () -> hand.remove("K"));
    assertThrows(IllegalStateException.class, () -> table.take(entry));
    assertThrows(IllegalStateException.class, () -> table.takeStored(read, StoreOrder.NONE));
    assertEquals(0, table.size());
    assertEquals(List.of("K kept"), hand.orders);
  }

  @Test
  void aTableThatIsClosedSilentlyTellsNothing() {
    Entry entry = hand.put("K");
    table.close(false);
    assertEquals(0, table.size());
    assertEquals(0, table.counts().bytes());
    assertTrue(entry.gone);
    assertEquals(List.of(), hand.leaving);
    assertEquals(List.of(), hand.left);
  }

  @Test
  void aReferenceIsHeldAsTheRetentionSays() {
    ClosedOnes type = new ClosedOnes();
    assertEquals(
        new Entry.Holding("x", null, 5, type), table.byReference(type, "x", CacheLevel.NORMAL, 5));
    EntryTable weak = new HandTable(Retention.WEAK, CacheLevel.NORMAL, Bounds.NONE).table;
    assertEquals(
        new Entry.Holding(null, "x", 5, type), weak.byReference(type, "x", CacheLevel.NORMAL, 5));
    Retention byLevel = Retention.byLevel(CacheLevel.LIGHT);
    EntryTable mixed = new HandTable(byLevel, CacheLevel.NORMAL, Bounds.NONE).table;
    assertEquals("x", mixed.byReference(type, "x", CacheLevel.LIGHT, 5).strong());
    assertNull(mixed.byReference(type, "x", CacheLevel.NORMAL, 5).strong());
  }
}
