package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The sample is richer or poorer than its share of what is held. A bound of its share of the limit
 * opens the gate at epochs for no reason: in a third of these runs.
 */
class GateTrapTest {
  private static final int ROWS = 10_000;

  @Test
  void epochsDoNotOpenTheGateWhateverTheSample() {
    for (double ratio : new double[] {1.01, 1.02, 1.05}) {
      for (int seed = 0; seed < 8; seed++) {
        int tier = (int) (ROWS / ratio);
        ModelTier model = new ModelTier(tier, seed);
        int[] ids = GateTraces.shuffled(ROWS, 6, new SplittableRandom(seed));
        double percent = model.percent(ids, ROWS);
        String run = ratio + " x the tier, seed " + seed;
        assertFalse(model.wasOpen, run);
        assertEquals(100.0 / ratio, percent, 0.1, run);
      }
    }
  }

  @Test
  void theBoundIsWhatIsHeldOfTheSample() {
    AllHoldings held = new AllHoldings();
    Holdings upper = held.add(() -> false);
    Holdings lower = held.add(() -> false);
    long inSample = (0b100L << 24) + 2;
    assertEquals(2, Holdings.level(inSample));
    upper.add(inSample, 200, 1);
    lower.add(inSample + 1, 100, 1);
    lower.add(1L << 24, 650, 1); // of level 0
    assertEquals(Long.MAX_VALUE, held.bound(2), "all rows found room so far");
    held.setFull(true);
    assertEquals(300, held.bound(2));
    assertEquals(300, held.bound(1));
    assertEquals(950, held.bound(0));
    upper.add(inSample, -200, -1);
    assertEquals(100, held.bound(2));
    assertEquals(2, held.rows());
    lower.clear();
    assertEquals(0, held.bound(0));
    assertEquals(0, held.rows());
  }
}
