package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows of two functions, of which one takes longer, do not all fit. */
class WeighedGateTest {
  private static final int ROWS = 1000; // of each function, and of the tier
  private static final int COSTLY = 1;
  private static final IntToDoubleFunction TEN_TIMES = group -> group == COSTLY ? 10 : 1;

  private static ModelTier tier(@Nullable IntToDoubleFunction weights) {
    return new ModelTier(ROWS, 5, weights, id -> id < ROWS ? COSTLY : 2);
  }

  /** Of the costly rows in the last of some shuffled epochs of both. */
  private static double costlyServed(ModelTier tier, int epochs) {
    SplittableRandom random = new SplittableRandom(8);
    int served = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      served = 0;
      for (int id : GateTraces.shuffled(2 * ROWS, 1, random)) {
        boolean isHit = tier.ask(id, 1);
        served += isHit && id < ROWS ? 1 : 0;
      }
    }
    return 1.0 * served / ROWS;
  }

  @Test
  void inEpochsTheCostlyRowsStay() {
    double plain = costlyServed(tier(null), 6);
    assertTrue(plain > 0.4 && plain < 0.6, "unweighed half of each: " + plain);
    double weighed = costlyServed(tier(TEN_TIMES), 6);
    assertTrue(weighed > 0.85, "weighed: " + weighed);
    double lasting = costlyServed(tier(TEN_TIMES), 40);
    assertTrue(lasting > 0.95, "for long: " + lasting);
  }

  @Test
  void whatIsAboutAsCostlyDoesNotMove() {
    ModelTier tier = tier(group -> group == COSTLY ? 1.1 : 1);
    costlyServed(tier, 40);
    assertTrue(tier.evicted < ROWS / 20, "in 40 epochs: " + tier.evicted);
  }

  @Test
  void untilTheTimeIsKnownTheFrequencyDecides() {
    double served = costlyServed(tier(group -> 0), 6);
    assertTrue(served > 0.4 && served < 0.6, "of each half: " + served);
  }

  /** Cheap rows are asked for four times each and then never again, costly ones in epochs. */
  private static double besidePassingRows(ModelTier tier) {
    int served = 0;
    int asked = 0;
    for (int i = 0; i < 40 * ROWS; i++) {
      int costly = i % (ROWS * 8 / 10);
      boolean isHit = tier.ask(costly, 1);
      if (i > 10 * ROWS) {
        served += isHit ? 1 : 0;
        asked++;
      }
      for (int each = 0; each < 4; each++) {
        tier.ask(ROWS + i, 1);
      }
    }
    return 1.0 * served / asked;
  }

  /** What was used last serves more rows then, and saves less. */
  @Test
  void whetherTheGateOpensIsSettledByWhatIsSaved() {
    ModelTier plain = tier(null);
    double before = besidePassingRows(plain);
    assertTrue(plain.wasOpen && before < 0.2, "unweighed: " + before);
    ModelTier weighed = tier(group -> group == COSTLY ? 100 : 1);
    double served = besidePassingRows(weighed);
    assertTrue(served > 0.95, "weighed: " + served);
    assertFalse(weighed.gate.isOpen());
  }
}
