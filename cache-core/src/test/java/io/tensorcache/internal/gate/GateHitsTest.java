package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How much of each trace a tier behind a gate serves. */
class GateHitsTest {
  private static final int ROWS = 10_000;
  private static final int MANY_ROWS = 100_000;
  private static final int EPOCHS = 8;

  /** With the smallest margin, 1, or none epochs fall short. */
  @Test
  void ofEpochsWhatFits() {
    for (int rows : new int[] {40, 300, ROWS}) {
      for (double ratio : new double[] {1.05, 1.1, 1.5, 2, 10}) {
        int fit = (int) (rows / ratio);
        SplittableRandom random = new SplittableRandom(rows);
        assertServes(100.0 * fit / rows, fit, GateTraces.inOrder(rows, EPOCHS), rows);
        assertServes(100.0 * fit / rows, fit, GateTraces.shuffled(rows, EPOCHS, random), rows);
      }
    }
  }

  /** For so many epochs that all frequencies are at the most, and were halved. */
  @Test
  void ofManyEpochsToo() {
    int[] ids = GateTraces.shuffled(1_100, 60, new SplittableRandom(1));
    assertServes(100.0 / 1.1, 1_000, ids, 1_100);
  }

  private static void assertServes(double percent, int tier, int[] ids, int from) {
    ModelTier model = new ModelTier(tier, 7);
    assertEquals(percent, model.percent(ids, from), 0.3, tier + " rows fit");
    assertFalse(model.wasOpen, tier + " rows fit");
  }

  @Test
  void frequentRowsDriveOutRareOnes() {
    int[] ids = GateTraces.zipf(MANY_ROWS, 0.9, 10 * MANY_ROWS, new SplittableRandom(2));
    double percent = new ModelTier(MANY_ROWS / 10, 7).percent(ids, MANY_ROWS);
    System.out.println("GateHitsTest: Zipf 0.9: " + percent);
    assertTrue(percent >= 68, "recency serves 61.5: " + percent);
  }

  @Test
  void scansDriveOutNothing() {
    int[] ids = GateTraces.scans(MANY_ROWS, 10, new SplittableRandom(3));
    double percent = new ModelTier(MANY_ROWS / 10, 7).percent(ids, MANY_ROWS / 2);
    System.out.println("GateHitsTest: with scans: " + percent);
    assertTrue(percent >= 26.5, "recency serves 18.3: " + percent);
  }

  /** The gate opens, as recency is better here. */
  @Test
  void aChangingSetOfRowsIsFollowed() {
    int[] ids = GateTraces.drift(MANY_ROWS, 10, new SplittableRandom(4));
    ModelTier model = new ModelTier(MANY_ROWS / 10, 7);
    double percent = model.percent(ids, MANY_ROWS);
    System.out.println("GateHitsTest: with drift: " + percent);
    assertTrue(percent >= 59, "recency serves 59.7: " + percent);
    assertTrue(model.wasOpen);
  }

  /** A data set, then another one: that is believed in its second epoch. */
  @Test
  void anotherDataSetTakesThePlace() {
    SplittableRandom random = new SplittableRandom(5);
    int[] first = GateTraces.shuffled(ROWS, EPOCHS, random);
    int[] second = GateTraces.plus(GateTraces.shuffled(ROWS, EPOCHS, random), ROWS);
    ModelTier model = new ModelTier((long) (ROWS / 0.9), 7);
    assertEquals(100, model.percent(first, ROWS), 0.01);
    double percent = model.percent(second, ROWS);
    assertTrue(percent > 75, "of the second one: " + percent);
  }

  @Test
  void anOpenGateClosesWhereEpochsComeAgain() {
    SplittableRandom random = new SplittableRandom(6);
    ModelTier model = new ModelTier(1_000, 7);
    model.percent(GateTraces.drift(ROWS, 8, random), 0);
    assertTrue(model.wasOpen);
    int[] epochs = GateTraces.plus(GateTraces.shuffled(1_500, 60, random), ROWS);
    double percent = model.percent(epochs, 45 * 1_500);
    assertFalse(model.gate.isOpen());
    assertTrue(percent > 60, "66.7 are possible, recency serves 30: " + percent);
  }
}
