package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class BoundsTest {
  @Test
  void areEqualIfBothBoundsAre() {
    assertEquals(new Bounds(3, 4), new Bounds(3, 4));
    assertNotEquals(new Bounds(3, 4), new Bounds(2, 4));
    assertNotEquals(new Bounds(3, 4), new Bounds(3, 5));
    assertNotEquals(new Bounds(3, 4), "3, 4");
    assertEquals(new Bounds(3, 4).hashCode(), new Bounds(3, 4).hashCode());
  }

  @Test
  void oneBoundIsNotNone() {
    assertEquals(Bounds.NONE, new Bounds(Long.MAX_VALUE, Long.MAX_VALUE));
    assertNotEquals(Bounds.NONE, new Bounds(3, Long.MAX_VALUE));
    assertNotEquals(Bounds.NONE, new Bounds(Long.MAX_VALUE, 3));
  }
}
