package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.gate.Worth;
import org.junit.jupiter.api.Test;

/** What a row may drive out, and what that may do below. */
class ClaimTest {
  private static Worth times(int frequency) {
    return new Worth(frequency, 0);
  }

  @Test
  void aNewRowHasToBeAskedForByThreeMore() {
    assertTrue(Claim.of(times(5)).beats(times(2)));
    assertFalse(Claim.of(times(5)).beats(times(3)));
    assertTrue(Claim.fromBelow(times(5)).beats(times(2)));
    assertFalse(Claim.fromBelow(times(5)).beats(times(3)));
  }

  @Test
  void fromAboveAsOftenIsEnough() {
    assertTrue(Claim.fromAbove(times(5)).beats(times(5)));
    assertFalse(Claim.fromAbove(times(5)).beats(times(6)));
    assertTrue(Claim.fromAbove(times(0)).beats(times(0)));
  }

  @Test
  void whatNobodyAskedForDrivesNothingOutBelow() {
    assertSame(Claim.ROOM, Claim.of(times(9)).ofDrivenOut(times(0)));
    assertSame(Claim.ALWAYS, Claim.ALWAYS.ofDrivenOut(times(0)));
    assertSame(Claim.PLACE, Claim.fromBelow(times(9)).ofDrivenOut(times(0)));
  }

  @Test
  void whoOnlyWantsRoomDrivesOutNothing() {
    assertFalse(Claim.ROOM.beats(times(0)));
    assertTrue(Claim.ALWAYS.isAlways() && Claim.ALWAYS.beats(times(15)));
  }

  @Test
  void whatIsDrivenOutGoesOnByItsOwnClaim() {
    assertEquals(Claim.fromAbove(times(2)), Claim.of(times(9)).ofDrivenOut(times(2)));
    assertEquals(Claim.fromAbove(times(1)), Claim.fromAbove(times(2)).ofDrivenOut(times(1)));
    assertSame(Claim.ALWAYS, Claim.ALWAYS.ofDrivenOut(times(3)));
    assertSame(
        Claim.PLACE,
        Claim.fromBelow(times(9)).ofDrivenOut(times(2)),
        "a place is about to be free");
  }
}
