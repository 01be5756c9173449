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

  /** Another model, three times: no row of the one before is asked for again. */
  @Test
  void rowsThatReplaceOthersTakeTheirPlaceAtOnce() {
    for (int fit : new int[] {11_000, 9_000, 5_000, 2_000}) {
      SplittableRandom random = new SplittableRandom(fit);
      ModelTier model = new ModelTier(fit, 7);
      model.percent(GateTraces.shuffled(ROWS, 3 * EPOCHS, random), 0);
      for (int i = 1; i <= 3; i++) {
        model.gate.replaced(model.held.rows());
        int[] ids = GateTraces.plus(GateTraces.shuffled(ROWS, EPOCHS, random), i * ROWS);
        double percent = model.percent(ids, ROWS);
        double best = Math.min(100, 100.0 * fit / ROWS);
        assertEquals(best, percent, 2, fit + " rows fit, model " + i);
      }
    }
  }

  /** One function of two gets another model: the rows of the other one stay. */
  @Test
  void rowsThatAreStillAskedForStayWhereOthersAreReplaced() {
    SplittableRandom random = new SplittableRandom(9);
    ModelTier model = new ModelTier(ROWS / 2, 7);
    int[] both = GateTraces.shuffled(ROWS / 2, 3 * EPOCHS, random);
    assertEquals(100, model.percent(both, ROWS / 2), 0.01);
    int[] next = GateTraces.shuffled(ROWS / 2, EPOCHS, random);
    for (int i = 0; i < next.length; i++) { // the upper half are those of the other model
      next[i] += next[i] < ROWS / 4 ? 0 : ROWS;
    }
    model.gate.replaced(ROWS / 4);
    double percent = model.percent(next, ROWS / 2);
    assertTrue(percent > 95, "all of them fit: " + percent);
  }

  /** Few rows are no reason, nor is a model that changes all the time. */
  @Test
  void whatIsFrequentIsNotForgottenForLittle() {
    SplittableRandom random = new SplittableRandom(10);
    ModelTier model = new ModelTier(1_000, 7);
    model.percent(GateTraces.shuffled(1_500, 10, random), 0);
    int age = model.gate.age();
    model.gate.replaced(model.held.rows() / 10);
    model.percent(GateTraces.shuffled(1_500, 1, random), 0);
    assertEquals(age, model.gate.age());
    int[] ids = GateTraces.shuffled(1_500, 4, random);
    for (int id : ids) {
      model.gate.replaced(model.held.rows());
      model.ask(id, 1);
    }
    int forgotten = (model.gate.age() - age) / 4;
    assertTrue(forgotten >= 1 && forgotten <= 6, "forgotten so often in 6,000 asks: " + forgotten);
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
