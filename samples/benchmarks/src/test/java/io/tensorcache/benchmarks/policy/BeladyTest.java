package io.tensorcache.benchmarks.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against all that any policy can do, on traces that are short enough to try it. */
class BeladyTest {
  private static final int IDS = 5;

  /** The most hits from here on with these rows in the tier. */
  private static int best(Trace trace, int at, BitSet held) {
    if (at == trace.ids().length) {
      return 0;
    }
    int id = trace.ids()[at];
    if (held.get(id)) {
      return (at >= trace.from() ? 1 : 0) + best(trace, at + 1, held);
    }
    int most = best(trace, at + 1, held); // not let in
    BitSet with = (BitSet) held.clone();
    with.set(id);
    if (with.cardinality() <= trace.tierUnits()) {
      return Math.max(most, best(trace, at + 1, with));
    }
    for (int out = held.nextSetBit(0); out >= 0; out = held.nextSetBit(out + 1)) {
      with.clear(out);
      most = Math.max(most, best(trace, at + 1, with));
      with.set(out);
    }
    return most;
  }

  @Test
  void isTheMostThatAnyPolicyHas() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 300; i++) {
      int[] ids = random.ints(1 + random.nextInt(10), 0, IDS).toArray();
      Trace trace = Trace.ofEqual("t", ids, random.nextInt(4), random.nextInt(ids.length));
      assertEquals(best(trace, 0, new BitSet()), Belady.hits(trace), trace.toString());
    }
  }

  @Test
  void keepsWhatFitsOfEpochs() {
    int[] ids = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
    assertEquals(6, Belady.hits(Trace.ofEqual("t", ids, 3, 4)));
  }
}
