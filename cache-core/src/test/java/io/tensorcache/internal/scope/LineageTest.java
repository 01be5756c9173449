package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.RemovalCause;
import org.junit.jupiter.api.Test;

/** Names are known as long as something needs them, and no longer. */
class LineageTest {
  /** How many names come and go. */
  int many() {
    return 30_000;
  }

  private final HandTable hand = HandTable.ofEntries(100);
  private final EntryTable table = hand.table;

  private void put(String name, String... sources) {
    assertNotNull(hand.put(name, sources));
  }

  private void remove(String name) {
    assertNotNull(hand.remove(name));
  }

  private void assertKnowsFew() {
    assertTrue(table.knownNames() <= 2 * Lineage.IDLE + 300, "knows " + table.knownNames());
  }

  @Test
  void entriesWithoutSourcesAreNotKnown() {
    for (int i = 0; i < many(); i++) {
      put("x" + i);
    }
    assertEquals(0, table.knownNames());
  }

  @Test
  void forgetsDependentsThatLeft() {
    for (int i = 0; i < many(); i++) {
      put("x" + i, "sample");
      if (i % 3 == 0) {
        remove("x" + i);
      } // else evicted
    }
    assertKnowsFew();
    remove("sample");
    assertEquals(0, table.size());
    assertKnowsFew();
  }

  @Test
  void forgetsSourcesOfWhatLeft() {
    for (int i = 0; i < many(); i++) {
      put("K", "x" + i);
      if (i % 2 == 0) {
        remove("x" + i);
      }
    }
    remove("K");
    assertKnowsFew();
  }

  @Test
  void forgetsWhatIsComputedAnewForADependentThatStays() {
    put("L", "K");
    for (int i = 0; i < many(); i++) {
      put("K" + i, "K");
      Entry entry = table.find("K" + i);
      assertNotNull(entry);
      table.leave(entry, RemovalCause.EVICTED);
    }
    assertKnowsFew();
    assertNotNull(table.find("L"));
  }

  @Test
  void aLongChainLeavesAndIsForgotten() {
    for (int i = 1; i < 100; i++) {
      put("x" + i, "x" + (i - 1));
    }
    remove("x0");
    assertEquals(0, table.size());
    assertEquals(0, table.knownNames());
  }

  @Test
  void aTicketEndsWithItsCall() {
    Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, "K", "x");
    assertEquals(2, table.knownNames());
    remove("x");
    assertTrue(!ticket.isValid());
    assertNull(hand.enter(ticket, SampleEntries.strongly("value")));
    ticket.close();
    ticket.close();
    assertTrue(table.knownNames() <= 2, "knows " + table.knownNames());
  }
}
