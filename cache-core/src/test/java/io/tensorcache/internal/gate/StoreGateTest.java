package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which rows a full store lets in. */
class StoreGateTest {
  private static final int ROWS = 1000;

  private final StoreGate gate = new StoreGate(1 << 20, () -> 0x1234567890abcdefL);

  private boolean admits(long tag, double victim) {
    return gate.admits(tag, victim);
  }

  @Test
  void whatWasNeverThereIsLetIn() {
    for (int tag = 0; tag < ROWS; tag++) {
      assertTrue(admits(tag, 15));
      assertTrue(admits(tag, 15), "it grew old, or was removed, and comes again");
    }
  }

  @Test
  void whatHadToGoHasToBeAskedForMoreOften() {
    gate.dropped(7, 2.4);
    assertFalse(admits(7, 2), "asked for three times");
    assertFalse(admits(7, 2));
    assertTrue(admits(7, 2), "five times, and what goes twice");
    gate.dropped(8, 0);
    assertFalse(admits(8, 0.1), "twice, and what goes hardly ever");
    assertTrue(admits(8, 0.1));
    gate.dropped(9, 15);
    for (int i = 0; i < 50; i++) {
      assertFalse(admits(9, 100), "as often as what goes is not enough");
    }
  }

  @Test
  void whereNothingIsKnownOfWhatGoesAllAreLetIn() {
    gate.dropped(7, 9);
    assertTrue(admits(7, -1));
  }

  @Test
  void whatIsServedAboveCountsForAllRows() {
    gate.servedAbove(500);
    assertEquals(0, gate.timesServedAbove(), "by how many rows is not known");
    gate.holds(ROWS, 0);
    gate.servedAbove(2000);
    assertEquals(2.5, gate.timesServedAbove());
  }

  @Test
  void frequenciesAreHalved() {
    gate.holds(ROWS, 0);
    gate.dropped(7, 8);
    gate.servedAbove(3000);
    for (int i = 0; i < 17 * ROWS; i++) {
      gate.found(i % ROWS);
    }
    assertEquals(1, gate.age());
    assertEquals(1.5, gate.timesServedAbove());
    assertTrue(admits(7, 2), "four times, and now five");
  }

  @Test
  void itTakesNoMoreMemoryThanItMay() {
    StoreGate small = new StoreGate(8192, () -> 1);
    for (int tag = 0; tag < 100_000; tag++) {
      small.dropped(tag, 3);
      if (tag % 100 == 0) {
        small.holds(ROWS, 0);
      }
    }
    int known = 0;
    for (int tag = 0; tag < 100_000; tag++) {
      known += small.admits(tag, 15) ? 0 : 1;
    }
    assertTrue(known < 5_000, "the others are forgotten: " + known);
  }

  @Test
  void ofALargeStoreFewKeysAreFollowed() {
    for (long rows : new long[] {100, 10_000, 100_000_000}) {
      gate.holds(rows, 0);
      long of = Math.max(1_000_000, rows / 100);
      long sampled = LongStream.range(0, of).filter(gate::isSampled).count();
      double followed = (double) sampled / of * rows;
      assertTrue(followed <= 1500, followed + " of " + rows);
      assertTrue(followed >= Math.min(rows, 300), followed + " of " + rows);
    }
  }

  /** Epochs are served by what is here; what was used last would serve nothing. */
  @Test
  void epochsOverMoreThanFitsKeepItClosed() {
    assertEquals(0, admitted(30));
  }

  /** The rows that are here are not asked for any more. */
  @Test
  void whereWhatIsHereServesNothingAllAreLetInForAWhile() {
    gate.holds(ROWS, ROWS);
    for (int tag = 0; tag < ROWS * 9 / 10; tag++) {
      gate.dropped(tag, 9);
    }
    int firstAdmitted = -1;
    for (int epoch = 0; epoch < 8 && firstAdmitted < 0; epoch++) {
      for (int tag = 0; tag < ROWS * 9 / 10; tag++) {
        firstAdmitted = firstAdmitted < 0 && admits(tag, 14) ? epoch : firstAdmitted;
      }
    }
    assertEquals(1, firstAdmitted, "in their second epoch");
  }

  private int admitted(int epochs) {
    gate.holds(ROWS, ROWS);
    for (int tag = ROWS; tag < 2 * ROWS; tag++) {
      gate.dropped(tag, 1);
    }
    AtomicInteger admitted = new AtomicInteger();
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int tag = 0; tag < 2 * ROWS; tag++) {
        if (tag < ROWS) {
          gate.found(tag);
        } else if (admits(tag, Math.min(15, epoch + 2))) {
          admitted.incrementAndGet();
        }
      }
    }
    return admitted.get();
  }
}
