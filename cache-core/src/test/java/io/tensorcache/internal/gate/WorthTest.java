package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Which of two rows is worth more. */
class WorthTest {
  private static boolean beats(Worth row, Worth other) {
    return row.beats(other, Worth.MARGIN);
  }

  private static Worth of(int frequency, double weight) {
    return new Worth(frequency, weight);
  }

  @Test
  void ofEqualWeightTheFrequencyDecides() {
    for (double weight : new double[] {0, 1e-12, 0.1, 3, 1e9}) {
      for (int mine = 0; mine <= 15; mine++) {
        for (int theirs = 0; theirs <= 15; theirs++) {
          assertEquals(mine > theirs + 2, beats(of(mine, weight), of(theirs, weight)));
          assertEquals(mine >= theirs, of(mine, weight).beats(of(theirs, weight), -1));
        }
      }
    }
  }

  @Test
  void whatSavesMoreNeedsNotBeAskedForAsOften() {
    assertTrue(beats(of(1, 10), of(7, 1)));
    assertFalse(beats(of(1, 10), of(8, 1)), "no more than 10 times as much");
    assertFalse(beats(of(15, 1), of(0, 10)));
    assertTrue(beats(of(15, 1), of(0, 7)));
    assertTrue(of(1, 10).beats(of(10, 1), -1), "as much is enough");
    assertFalse(of(1, 10).beats(of(11, 1), -1));
  }

  @Test
  void whatIsNotKnownDoesNotCount() {
    assertFalse(beats(of(1, 1000), of(0, 0)));
    assertTrue(beats(of(3, 0), of(0, 1000)));
  }

  @Test
  void whatWasNotAskedForBeatsNothing() {
    assertFalse(beats(of(0, 1e9), of(0, 1e-9)));
    assertFalse(of(0, 1e9).mayBeat(Worth.MARGIN));
    assertTrue(of(1, 1e9).mayBeat(Worth.MARGIN));
    assertFalse(of(2, 0).mayBeat(Worth.MARGIN));
    assertTrue(of(3, 0).mayBeat(Worth.MARGIN));
    assertTrue(of(0, 0).mayBeat(-1));
  }
}
