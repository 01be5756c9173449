package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupsTest {
  private final Groups groups = new Groups();

  private Group version(int number) {
    return groups.of("f", ComputationDigest.of(new TensorKey(number, 7)));
  }

  private Group holding(int version, long rows) {
    Group group = version(version);
    group.add(rows);
    return group;
  }

  @Test
  void oneFunctionAndFingerprintIsOneGroup() {
    Group first = version(1);
    assertSame(first, version(1));
    assertNotSame(first, version(2));
    Group ofAnother = groups.of("g", first.fingerprint());
    assertNotSame(first, ofAnother);
    assertNotEquals(first.number(), ofAnother.number());
    assertEquals("f", first.function());
    assertEquals(new Provenance("f", 1, 7), first.provenance());
  }

  @Test
  void theOthersAreThoseThatHoldRowsTheNewestFirst() {
    Group a = holding(1, 1);
    Group b = holding(2, 1);
    Group c = holding(3, 1);
    assertEquals(List.of(b, a), groups.others(c));
    version(1); // now the newest
    assertEquals(List.of(a, b), groups.others(c));
    b.add(-1);
    assertEquals(List.of(a), groups.others(c));
    assertEquals(List.of(), groups.others(groups.of("g", a.fingerprint())));
    Group unknown = new Group(99, "h", a.fingerprint());
    assertEquals(List.of(), groups.others(unknown));
  }

  @Test
  void anEmptyOneIsForgottenWhenAnotherComes() {
    Group empty = version(1);
    Group full = holding(2, 1);
    assertSame(full, version(2));
    assertNotSame(empty, version(1));
    groups.dropped(full.number());
    assertEquals(0, full.rows());
    empty.add(2);
    groups.dropped(empty.number());
    assertEquals(2, empty.rows(), "nobody knows it any more");
  }

  @Test
  void noMoreThanAFewAreRemembered() {
    List<Group> all = new ArrayList<>();
    for (int version = 0; version < 12; version++) {
      all.add(holding(version, 1));
    }
    Group newest = all.get(11);
    assertEquals(8, groups.others(newest).size());
    assertSame(all.get(3), groups.others(newest).get(7));
    groups.dropped(all.get(2).number());
    assertEquals(1, all.get(2).rows(), "nobody knows it any more");
    groups.dropped(all.get(3).number());
    assertEquals(0, all.get(3).rows());
  }

  @Test
  void neverHoldsLessThanNoRows() {
    Group group = version(1);
    groups.dropped(group.number());
    groups.dropped(-1); // of no group
    assertEquals(0, group.rows());
    group.add(3);
    assertEquals(2, group.rows());
    groups.clear();
    assertEquals(0, group.rows());
    group.add(1);
    assertEquals(1, group.rows());
  }

  @Test
  void ofRowsThatAreReplacedThoseCountThatWereServed() {
    Group group = holding(1, 8);
    assertEquals(0, group.replaced(), "of a function in training");
    group.served(10);
    group.served(6);
    assertEquals(8, group.replaced());
    assertEquals(0, group.replaced(), "nobody asked for them since");
    group.served(15);
    assertEquals(0, group.replaced());
  }

  @Test
  void knowsTheCodeThatServedItLast() {
    Group group = version(1);
    assertNull(group.code());
    assertNull(group.servedBy("first"));
    assertEquals("first", group.servedBy("second"));
    assertEquals("second", group.code());
  }

  @Test
  void warnsOnce() {
    Group group = version(1);
    assertTrue(group.mayWarn());
    assertFalse(group.mayWarn());
  }
}
