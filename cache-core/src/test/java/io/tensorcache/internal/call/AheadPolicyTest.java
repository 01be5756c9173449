package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When rows are read ahead. */
class AheadPolicyTest {
  private static final int LONG = 4000;

  private final AheadPolicy policy = AheadPolicy.ofReadingAhead();

  /** Batches of these times; how many of them are read ahead. */
  private int run(int batches, double ahead, double direct) {
    int count = 0;
    for (int i = 0; i < batches; i++) {
      if (policy.next()) {
        policy.readAhead(ahead);
        count++;
      } else {
        policy.readDirectly(direct);
      }
    }
    return count;
  }

  @Test
  void helpToCopyPaysWhereASixthIsSaved() {
    AheadPolicy sharing = AheadPolicy.ofSharing();
    int helped = 0;
    for (int i = 0; i < LONG; i++) {
      if (sharing.next()) {
        sharing.readAhead(8);
        helped++;
      } else {
        sharing.readDirectly(10);
      }
    }
    assertTrue(helped > LONG * 9 / 10, helped + " of " + LONG);
    assertTrue(run(LONG, 8, 10) < LONG / 10, "reading ahead is to save a third");
  }

  @Test
  void timesAreOfUseOnceSomebodyAsks() {
    assertFalse(policy.isAsked());
    policy.next();
    assertTrue(policy.isAsked());
  }

  @Test
  void theFirstBatchesAreReadInBothWays() {
    assertEquals(AheadPolicy.TRIAL, run(AheadPolicy.TRIAL, 1, 10), "ahead first");
    assertEquals(0, run(AheadPolicy.TRIAL, 1, 10));
    assertEquals(AheadPolicy.SHORTEST_INTERVAL, run(AheadPolicy.SHORTEST_INTERVAL, 1, 10));
  }

  @Test
  void whatDoesNotPayIsSeldomTried() {
    int ahead = run(LONG, 20, 10);
    assertTrue(ahead >= 5 * AheadPolicy.TRIAL && ahead <= LONG / 50, ahead + " of " + LONG);
  }

  @Test
  void whatPaysIsDoneNearlyAlways() {
    int ahead = run(LONG, 3, 10);
    assertTrue(ahead < LONG && ahead >= LONG * 49 / 50, ahead + " of " + LONG);
  }

  @Test
  void aLittleIsNotEnough() {
    assertTrue(run(LONG, 9, 10) < LONG / 50);
  }

  @Test
  void aSlowerDiskIsNoticedAtOnce() {
    run(LONG, 15, 10);
    int ahead = run(100, 15, 100);
    assertTrue(ahead >= 90, ahead + " of 100");
  }

  @Test
  void filesThatCameIntoMemoryAreNoticedAtTheNextTrial() {
    run(LONG, 15, 100);
    run(AheadPolicy.LONGEST_INTERVAL + 2 * AheadPolicy.TRIAL, 15, 10);
    int ahead = run(100, 15, 10);
    assertTrue(ahead <= 10, ahead + " of 100");
  }

  @Test
  void oneOutlierChangesNothing() {
    run(AheadPolicy.TRIAL * 2, 20, 10);
    policy.readDirectly(10_000);
    assertEquals(0, run(20, 20, 10));
  }

  @Test
  void whatNobodyMeasuresIsReadAhead() {
    int ahead = 0;
    for (int i = 0; i < 100; i++) {
      ahead += policy.next() ? 1 : 0;
    }
    assertTrue(ahead >= 90, ahead + " of 100");
  }
}
