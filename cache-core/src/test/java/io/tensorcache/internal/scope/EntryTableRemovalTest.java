package io.tensorcache.internal.scope;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Removal by name, resets, levels, and what the program let go of. */
class EntryTableRemovalTest {
  private final HandTable hand = new HandTable(Retention.STRONG, HEAVY, Bounds.NONE);
  private final EntryTable table = hand.table;

  private void put(String name, CacheLevel level) {
    assertNotNull(hand.put(name, Terms.of(level), SampleEntries.strongly("value")));
  }

  private void putPersisting(String name) {
    assertNotNull(hand.put(name, SampleEntries.persisting(), SampleEntries.strongly("value")));
  }

  private void putRead(String name) {
    Ticket read = table.begin(Ticket.Purpose.READ, name, SampleEntries.persisting(), null);
    assertNotNull(table.enterRead(read, read.terms(), SampleEntries.strongly("read")));
  }

  @Test
  void aRemovalTakesAlongWhatWasComputedFromIt() {
    hand.put("K");
    hand.put("L", "K");
    hand.put("other");
    hand.orders.clear();
    assertEquals(true, hand.remove("K"));
    assertEquals(List.of("other"), hand.names());
    assertEquals(List.of("K REMOVED", "L REMOVED"), hand.left);
    assertEquals(List.of("K gone"), hand.orders);
    assertEquals(false, hand.remove("K"));
    assertEquals(List.of("K gone", "K gone"), hand.orders, "the store may have it");
  }

  @Test
  void theRemovalOfASourceThatIsNotThereCounts() {
    hand.put("L", "K");
    assertEquals(false, hand.remove("K"));
    assertEquals(List.of(), hand.names());
  }

  @Test
  void whatOthersComputeIsRemovedToo() {
    Ticket computing = OtherThread.call(() -> hand.begin(Ticket.Purpose.COMPUTE, "K"));
    assertEquals(true, hand.remove("K"));
    assertFalse(computing.isValid());
    assertEquals(false, hand.remove("K"));
  }

  @Test
  void aLostValueWasNotThere() {
    hand.put("K", SampleEntries.from(), SampleEntries.weakly(new Object()));
    table.find("K").clear();
    assertEquals(false, hand.remove("K"));
    assertEquals(List.of("K COLLECTED"), hand.left);
  }

  @Test
  void aRemovalAfterALookThatIsOutdatedChangesNothing() {
    Ticket look = hand.begin(Ticket.Purpose.READ, "K");
    hand.put("K");
    hand.orders.clear();
    assertNull(table.remove("K", look, hand.order("K")));
    assertEquals(List.of("K"), hand.names());
    assertEquals(List.of(), hand.orders);
    Ticket again = hand.begin(Ticket.Purpose.READ, "K");
    assertEquals(true, table.remove("K", again, hand.order("K")));
    assertEquals(List.of("K gone"), hand.orders);
  }

  @Test
  void aResetSparesWhatPersistsUnlessItIsAsked() {
    hand.put("K");
    putPersisting("p");
    table.reset(false, Set.of());
    assertEquals(List.of("p"), hand.names());
    assertEquals(List.of("K RESET"), hand.left);
    table.reset(true, Set.of());
    assertEquals(List.of(), hand.names());
    assertEquals(0, table.size());
  }

  @Test
  void aResetSparesGroupsButNotWhatIsComputedFromOthers() {
    hand.put("K");
    hand.put("g", SampleEntries.group("spared"), SampleEntries.strongly("value"));
    hand.put("h", SampleEntries.group("other"), SampleEntries.strongly("value"));
    Terms fromK = new Terms(NORMAL, false, false, null, "spared", List.of("K"));
    hand.put("L", fromK, SampleEntries.strongly("value"));
    table.reset(false, Set.of("spared"));
    assertEquals(List.of("g"), hand.names());
    assertEquals(List.of("K RESET", "L RESET", "h RESET"), hand.left.stream().sorted().toList());
  }

  @Test
  void whatOthersComputeDoesNotEnterAfterAReset() {
    Ticket computing = OtherThread.call(() -> hand.begin(Ticket.Purpose.COMPUTE, "K"));
    hand.put("L", SampleEntries.from("K"), SampleEntries.strongly("value"));
    Ticket persisting =
        OtherThread.call(
            () -> table.begin(Ticket.Purpose.COMPUTE, "p", SampleEntries.persisting(), null));
    table.reset(false, Set.of());
    assertNull(hand.enter(computing, SampleEntries.strongly("late")));
    assertNotNull(hand.enter(persisting, SampleEntries.strongly("value")));
    assertEquals(List.of("p"), hand.names());
  }

  @Test
  void whatIsComputedFromANameThatIsResetWhileComputedGoesToo() {
    Terms spared = new Terms(NORMAL, false, false, null, "spared", List.of("K"));
    hand.put("L", spared, SampleEntries.strongly("value"));
    OtherThread.call(() -> hand.begin(Ticket.Purpose.COMPUTE, "K"));
    table.reset(false, Set.of("spared"));
    assertEquals(List.of(), hand.names());
  }

  @Test
  void whatWasReadFromTheStoreIsResetWithIt() {
    putRead("K");
    hand.put("L", "K");
    table.resetStored("K", hand.order("K"));
    assertEquals(List.of(), hand.names());
    assertEquals(List.of("K RESET", "L RESET"), hand.left);
    assertEquals(List.of("L kept", "K gone"), hand.orders);
  }

  @Test
  void whatWasWrittenSinceTheResetBeganStaysInTheStore() {
    putPersisting("K");
    hand.orders.clear();
    table.resetStored("K", hand.order("K"));
    assertEquals(List.of("K"), hand.names());
    assertEquals(List.of(), hand.orders);
  }

  @Test
  void whatIsInTheStoreOnlyIsReset() {
    hand.put("L", "K");
    hand.orders.clear();
    table.resetStored("K", hand.order("K"));
    assertEquals(List.of(), hand.names(), "what was computed from it goes");
    assertEquals(List.of("K gone"), hand.orders);
  }

  @Test
  void anEntryThatDoesNotPersistStaysWhenTheStoreIsReset() {
    hand.put("K");
    hand.orders.clear();
    table.resetStored("K", hand.order("K"));
    assertEquals(List.of("K"), hand.names());
    assertEquals(List.of("K gone"), hand.orders);
  }

  @Test
  void aClosedTableLeavesTheStoreAlone() {
    table.close(false);
    table.resetStored("K", hand.order("K"));
    assertEquals(List.of(), hand.orders);
  }

  @Test
  void aLoweredLevelDropsWhatIsAboveIt() {
    put("light", LIGHT);
    put("normal", NORMAL);
    put("heavy", HEAVY);
    hand.put("forced", SampleEntries.forced(TOTAL), SampleEntries.strongly("value"));
    hand.put("L", "heavy");
    table.setLevel(NORMAL);
    assertEquals(NORMAL, table.level());
    assertEquals(List.of("L", "forced", "light", "normal"), hand.names());
    assertEquals(List.of("heavy LEVEL"), hand.left);
    assertFalse(table.keeps(Terms.of(HEAVY)));
    table.setLevel(TOTAL);
    assertTrue(table.keeps(Terms.of(HEAVY)));
    assertEquals(4, table.size(), "what was dropped does not come back");
  }

  @Test
  void trimmingDropsForcedEntriesTooAndKeepsTheLevel() {
    put("light", LIGHT);
    put("heavy", HEAVY);
    hand.put("forced", SampleEntries.forced(TOTAL), SampleEntries.strongly("value"));
    table.trimTo(LIGHT);
    assertEquals(List.of("light"), hand.names());
    assertEquals(HEAVY, table.level());
    table.trimTo(NONE);
    assertEquals(0, table.size());
    assertEquals(3, hand.left.size());
  }

  @Test
  void whatIsComputedAboveALoweredLevelDoesNotEnter() {
    Ticket ticket = table.begin(Ticket.Purpose.COMPUTE, "K", Terms.of(HEAVY), null);
    table.setLevel(NORMAL);
    assertNull(hand.enter(ticket, SampleEntries.strongly("value")));
    assertEquals(0, table.size());
  }

  @Test
  void listsWhatIsThereInTheOrderOfNames() {
    hand.put("b");
    hand.put("a");
    hand.put("_private");
    hand.put("lost", SampleEntries.from(), SampleEntries.weakly(new Object()));
    table.find("lost").clear();
    Entry.Holding inStore = new Entry.Holding(null, null, 1, null);
    hand.put("stored", SampleEntries.persisting(), inStore);
    assertEquals(List.of("a", "b", "stored"), table.list(false).stream().map(Entry::name).toList());
    assertEquals(List.of("_private", "a", "b", "stored"), hand.names());
  }

  @Test
  void whatTheCollectorQueuedLeaves() {
    hand.put("K", SampleEntries.from(), SampleEntries.weakly("held"));
    hand.put("p", SampleEntries.persisting(), SampleEntries.weakly("held"));
    assertTrue(table.find("K").enqueue());
    assertTrue(table.find("p").enqueue());
    table.collect();
    assertEquals(1, table.size());
    assertEquals(List.of("K COLLECTED"), hand.left);
    assertEquals(1, table.counts().collected.sum());
    assertNotNull(table.find("p"), "it is in the store");
  }

  @Test
  void aCollectedEntryLeavesBeforeAnotherOneEnters() {
    hand.put("K", SampleEntries.from(), SampleEntries.weakly("held"));
    assertTrue(table.find("K").enqueue());
    hand.put("L");
    assertEquals(List.of("K COLLECTED"), hand.left);
  }
}
