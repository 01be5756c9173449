package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a row may drive out, and what that may do below. */
class ClaimTest {
  @Test
  void aNewRowHasToBeAskedForByThreeMore() {
    assertTrue(Claim.of(5).beats(2));
    assertFalse(Claim.of(5).beats(3));
    assertTrue(Claim.fromBelow(5).beats(2));
    assertFalse(Claim.fromBelow(5).beats(3));
  }

  @Test
  void fromAboveAsOftenIsEnough() {
    assertTrue(Claim.fromAbove(5).beats(5));
    assertFalse(Claim.fromAbove(5).beats(6));
    assertTrue(Claim.fromAbove(0).beats(0));
  }

  @Test
  void whatNobodyAskedForDrivesNothingOutBelow() {
    assertSame(Claim.ROOM, Claim.of(9).ofDrivenOut(0));
    assertSame(Claim.ALWAYS, Claim.ALWAYS.ofDrivenOut(0));
    assertSame(Claim.PLACE, Claim.fromBelow(9).ofDrivenOut(0));
  }

  @Test
  void whoOnlyWantsRoomDrivesOutNothing() {
    assertFalse(Claim.ROOM.beats(0));
    assertTrue(Claim.ALWAYS.isAlways() && Claim.ALWAYS.beats(15));
  }

  @Test
  void whatIsDrivenOutGoesOnByItsOwnClaim() {
    assertEquals(Claim.fromAbove(2), Claim.of(9).ofDrivenOut(2));
    assertEquals(Claim.fromAbove(1), Claim.fromAbove(2).ofDrivenOut(1));
    assertSame(Claim.ALWAYS, Claim.ALWAYS.ofDrivenOut(3));
    assertSame(Claim.PLACE, Claim.fromBelow(9).ofDrivenOut(2), "a place is about to be free");
  }
}
