package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.ROW_BYTES;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a row on its way out, played on one thread from inside the callback. */
class HeapTierLeavingTest {
  private final EhcacheTiers ehcache = new EhcacheTiers(null);
  private final HeapTier tier =
      new HeapTier(ehcache.heap(new Notices(new RecordedEvents())), 3L * HEAP_ROW, null);
  private final List<HeapEntry> left = new ArrayList<>();

  @BeforeEach
  void fill() {
    for (int i = 0; i < 3; i++) {
      assertTrue(add(key(i), row(i), left::add));
    }
    assertEquals(List.of(), left);
  }

  private boolean add(TensorKey key, Row row, Consumer<HeapEntry> leaving) {
    return tier.add(key, row, Claim.ALWAYS, leaving) == Admission.IS_IN;
  }

  /** Adds a row, and does something while the first one leaves for it. */
  private boolean addWhile(TensorKey key, Row row, Consumer<HeapEntry> meanwhile) {
    return add(
        key,
        row,
        entry -> {
          if (left.isEmpty()) {
            left.add(entry);
            meanwhile.accept(entry);
          }
        });
  }

  @AfterEach
  void close() {
    ehcache.close();
  }

  private void holds(int entries) {
    assertEquals(entries, tier.stats(0).entries());
    assertEquals((long) entries * HEAP_ROW, tier.stats(0).bytes().bytes());
  }

  @Test
  void canBeFoundUntilItArrived() {
    add(key(9), row(9), entry -> assertNotNull(tier.get(key(0)), "still here"));
    assertNull(tier.get(key(0)));
    holds(3);
  }

  @Test
  void theOldestLeavesFirst() {
    tier.get(key(1));
    assertTrue(add(key(9), row(9, ROW_BYTES + HEAP_ROW), left::add));
    assertEquals(List.of(key(0), key(2)), left.stream().map(entry -> entry.key).toList());
    assertTrue(add(key(10), row(10, ROW_BYTES + 2 * HEAP_ROW), left::add));
    assertEquals(
        List.of(key(0), key(2), key(1), key(9)), left.stream().map(entry -> entry.key).toList());
    assertEquals(1, tier.stats(0).entries());
  }

  @Test
  void removedMeanwhileIsMarkedAndCountedOnce() {
    add(
        key(9),
        row(9),
        entry -> {
          left.add(entry);
          tier.remove(key(0));
        });
    assertTrue(left.get(0).removed);
    assertNull(tier.get(key(0)));
    holds(3);
    for (int i : new int[] {1, 2, 9}) {
      tier.remove(key(i));
    }
    holds(0);
  }

  @Test
  void clearedMeanwhileIsMarkedAndCountedOnce() {
    assertTrue(
        add(
            key(9),
            row(9),
            entry -> {
              left.add(entry);
              tier.clear();
            }));
    assertTrue(left.get(0).removed);
    holds(1);
    assertNotNull(tier.get(key(9)), "stored after the others were cleared");
  }

  @Test
  void anotherThreadDoesNotTakeWhatIsLeavingNorPassTheLimit() {
    addWhile(
        key(9),
        row(9, 2 * ROW_BYTES),
        entry -> {
          // two rows leave, one is in the ring: room for one row can be made, for two not
          assertFalse(add(key(10), row(10, 2 * HEAP_ROW), left::add));
          assertTrue(tier.stats(0).bytes().bytes() <= 3L * HEAP_ROW);
          assertTrue(add(key(11), row(11), left::add));
          assertTrue(tier.stats(0).bytes().bytes() <= 3L * HEAP_ROW);
        });
    assertNotNull(tier.get(key(11)));
    assertNotNull(tier.get(key(9)));
    assertNull(tier.get(key(10)));
    assertTrue(tier.stats(0).bytes().bytes() <= 3L * HEAP_ROW);
    assertEquals(2, tier.stats(0).entries());
  }

  @Test
  void aRowOnItsWayOutIsNotHereToStay() {
    add(
        key(9),
        row(9),
        entry -> assertFalse(tier.addIfRoom(entry.key, row(0)), "must not count as promoted"));
    assertTrue(tier.addIfRoom(key(9), row(9)));
    holds(3);
  }

  @Test
  void aRowOnItsWayOutIsNotInForThoseWhoWouldDropItElsewhere() {
    assertTrue(addWhile(key(9), row(9), entry -> assertFalse(add(entry.key, row(0), left::add))));
    assertEquals(1, left.size());
    holds(3);
  }

  @Test
  void theSameKeyStoredMeanwhileIsCountedOnce() {
    assertTrue(addWhile(key(9), row(9), entry -> assertTrue(add(key(9), row(9), left::add))));
    assertEquals(2, tier.stats(0).entries());
    assertEquals(2L * HEAP_ROW, tier.stats(0).bytes().bytes());
  }

  @Test
  void aFailureWhileMovingDropsTheRowAndGivesItsBytesBack() {
    assertThrows(
        IllegalStateException.class,
        () ->
            add(
                key(9),
                row(9),
                entry -> {
                  throw new IllegalStateException("the next tier is gone");
                }));
    assertNull(tier.get(key(0)));
    assertNull(tier.get(key(9)));
    holds(2);
    assertTrue(tier.addIfRoom(key(9), row(9)));
    holds(3);
  }
}
