package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of rows and the account of their bytes. */
class RowTableTest {
  private final RowTable<String, String> table = new RowTable<>(1024, FixedGate.letsAllIn());

  private ResidentRow<String, String> put(String key, long bytes) {
    ResidentRow<String, String> row = new ResidentRow<>(key, "about " + key, new long[] {bytes});
    assertTrue(table.take(row.byteCount));
    table.put(row);
    return row;
  }

  private static List<String> keys(List<ResidentRow<String, String>> rows) {
    return rows.stream().map(row -> row.key).toList();
  }

  @Test
  void aRowIsFoundUntilItIsRemoved() {
    ResidentRow<String, String> row = put("a", 1);
    assertTrue(row.isHeld);
    assertSame(row, table.use("a"));
    assertTrue(table.contains("a"));
    assertNull(table.use("b"));
    assertFalse(table.contains("b"));
    assertEquals(1, table.size());
    assertTrue(table.remove(row));
    assertFalse(row.isHeld);
    assertFalse(table.contains("a"));
    assertEquals(0, table.size());
    assertEquals(256, table.heldBytes(), "its bytes are taken until they are freed");
  }

  /** Two calls may want the same row gone; its key may have come back meanwhile. */
  @Test
  void aRowIsRemovedOnceAndNeverInPlaceOfALaterOneOfItsKey() {
    ResidentRow<String, String> earlier = put("a", 1);
    assertTrue(table.remove(earlier));
    ResidentRow<String, String> later = put("a", 1);
    assertFalse(table.remove(earlier));
    assertSame(later, table.use("a"));
    assertTrue(later.isHeld);
  }

  @Test
  void useMakesARowTheYoungestAndAskingDoesNot() {
    put("a", 1);
    put("b", 1);
    put("c", 1);
    assertTrue(table.contains("a"));
    assertEquals(List.of("a", "b", "c"), table.keys());
    table.use("b");
    table.use("none");
    assertEquals(List.of("a", "c", "b"), table.keys());
    assertEquals(List.of("a", "c", "b"), keys(table.all()));
  }

  @Test
  void whatIsReturnedIsACopy() {
    put("a", 1);
    List<String> keys = table.keys();
    List<ResidentRow<String, String>> all = table.all();
    all.forEach(table::remove);
    assertEquals(List.of("a"), keys);
    assertEquals(1, all.size());
    assertEquals(List.of(), table.keys());
  }

  @Test
  void bytesAreTakenUpToTheLimit() {
    assertTrue(table.take(1000));
    assertFalse(table.take(25));
    assertEquals(1000, table.heldBytes());
    assertTrue(table.take(24));
    assertEquals(1024, table.heldBytes());
    assertFalse(table.take(1));
    table.giveBack(1024);
    assertEquals(0, table.heldBytes());
    assertTrue(table.take(1024));
    assertEquals(1024, table.limitBytes());
  }

  @Test
  void aPromiseThatIsKeptIsNoLongerCounted() {
    assertTrue(table.take(1000));
    table.keepPromise(600);
    assertEquals(400, table.heldBytes());
  }

  @Test
  void theOldestAreTakenUntilThereAreSoManyBytes() {
    put("a", 1);
    put("b", 1);
    put("c", 1);
    assertEquals(List.of(), table.takeOldest(0));
    assertEquals(List.of(), table.takeOldest(-1));
    List<ResidentRow<String, String>> taken = table.takeOldest(256);
    assertEquals(List.of("a"), keys(taken));
    assertEquals(1, taken.get(0).pins);
    assertEquals(List.of("b", "c"), keys(table.takeOldest(257)));
    assertEquals(List.of(), table.takeOldest(Long.MAX_VALUE), "all are taken already");
    assertEquals(3, table.size(), "they stay until they are removed");
    assertEquals(768, table.heldBytes());
  }

  @Test
  void aRowThatIsAboutToBeReadIsNotTaken() {
    put("a", 1).pins = 1;
    ResidentRow<String, String> b = put("b", 1);
    put("c", 1).pins = 2;
    assertEquals(List.of("b"), keys(table.takeOldest(1024)));
    assertEquals(1, b.pins);
    assertEquals(1, table.use("a").pins);
    assertEquals(2, table.use("c").pins);
  }

  @Test
  void forgettingLeavesNothingHeld() {
    ResidentRow<String, String> a = put("a", 1);
    ResidentRow<String, String> b = put("b", 1);
    table.forget();
    assertFalse(a.isHeld);
    assertFalse(b.isHeld);
    assertFalse(table.remove(a));
    assertEquals(0, table.size());
    assertEquals(0, table.heldBytes());
    assertNull(table.use("a"));
  }
}
