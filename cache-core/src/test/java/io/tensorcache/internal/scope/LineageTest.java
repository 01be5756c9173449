package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Names are known as long as something needs them, and no longer. */
class LineageTest {
  private static final int MANY = 100_000;

  private final EntryTable table =
      new EntryTable(
          Retention.STRONG,
          CacheLevel.NORMAL,
          new Bounds(100, Long.MAX_VALUE),
          InstantSource.system(),
          new EntryTable.Leaving() {
            @Override
            public void leaves(Entry entry, RemovalCause cause) {}

            @Override
            public void left(Entry entry, @Nullable Object held, RemovalCause cause) {}

            @Override
            public IllegalStateException whenClosed() {
              return new IllegalStateException("closed");
            }
          });

  private static Terms from(String... sources) {
    return new Terms(CacheLevel.NORMAL, false, false, null, null, List.of(sources));
  }

  private void put(String name, String... sources) {
    try (Ticket ticket = table.begin(Ticket.Purpose.PUT, name, from(sources), null)) {
      Entry.Holding value = new Entry.Holding("value", null, 1, null);
      assertNotNull(table.enter(ticket, from(sources), value, StoreOrder.NONE));
    }
  }

  private void remove(String name) {
    table.remove(name, null, StoreOrder.NONE);
  }

  private void assertKnowsFew() {
    assertTrue(table.knownNames() <= 2 * Lineage.IDLE + 300, "knows " + table.knownNames());
  }

  @Test
  void entriesWithoutSourcesAreNotKnown() {
    for (int i = 0; i < MANY; i++) {
      put("x" + i);
    }
    assertEquals(0, table.knownNames());
  }

  @Test
  void forgetsDependentsThatLeft() {
    for (int i = 0; i < MANY; i++) {
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
    for (int i = 0; i < MANY; i++) {
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
    for (int i = 0; i < MANY; i++) {
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
    EntryTable unbounded = table;
    for (int i = 1; i < 100; i++) {
      put("x" + i, "x" + (i - 1));
    }
    unbounded.remove("x0", null, StoreOrder.NONE);
    assertEquals(0, unbounded.size());
    assertEquals(0, unbounded.knownNames());
  }

  @Test
  void aTicketEndsWithItsCall() {
    Ticket ticket = table.begin(Ticket.Purpose.COMPUTE, "K", from("x"), null);
    assertEquals(2, table.knownNames());
    remove("x");
    assertTrue(!ticket.isValid());
    assertNull(
        table.enter(ticket, from("x"), new Entry.Holding("value", null, 1, null), StoreOrder.NONE));
    ticket.close();
    ticket.close();
    assertTrue(table.knownNames() <= 2, "knows " + table.knownNames());
  }
}
