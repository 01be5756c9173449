package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Counts of keys. */
class SketchTest {
  private final Sketch sketch = new Sketch();

  private void growFor(long rows) {
    while (sketch.isTooSmallFor(rows)) {
      sketch.grow();
    }
  }

  @Test
  void countsUpToFifteen() {
    long hash = 0x123456789abcdef0L;
    assertEquals(0, sketch.frequency(hash));
    for (int i = 1; i < 20; i++) {
      assertEquals(Math.min(15, i), sketch.increment(hash));
      assertEquals(Math.min(15, i), sketch.frequency(hash));
    }
  }

  @Test
  void halvesEveryCounter() {
    growFor(100);
    SplittableRandom random = new SplittableRandom(1);
    long[] hashes = random.longs(100).toArray();
    for (int i = 0; i < hashes.length; i++) {
      sketch.raise(hashes[i], i % 16);
    }
    int[] before = new int[hashes.length];
    for (int i = 0; i < hashes.length; i++) {
      before[i] = sketch.frequency(hashes[i]);
    }
    sketch.halve();
    for (int i = 0; i < hashes.length; i++) {
      assertEquals(before[i] / 2, sketch.frequency(hashes[i]));
    }
  }

  @Test
  void raisesAndNeverLowers() {
    sketch.raise(77, 9);
    sketch.raise(77, 4);
    assertEquals(9, sketch.frequency(77));
    sketch.raise(77, 99);
    assertEquals(15, sketch.frequency(77));
  }

  @Test
  void isNeverTooLowAndMostlyRight() {
    int rows = 10_000;
    growFor(rows);
    SplittableRandom random = new SplittableRandom(2);
    long[] hashes = random.longs(rows).toArray();
    for (int i = 0; i < rows; i++) {
      for (int n = 0; n < 1 + i % 4; n++) {
        sketch.increment(hashes[i]);
      }
    }
    int right = 0;
    for (int i = 0; i < rows; i++) {
      int frequency = sketch.frequency(hashes[i]);
      assertTrue(frequency >= 1 + i % 4);
      right += frequency == 1 + i % 4 ? 1 : 0;
    }
    assertTrue(right > 9 * rows / 10, "right: " + right);
  }

  @Test
  void growsWithTheRowsAndForgetsNothing() {
    SplittableRandom random = new SplittableRandom(3);
    long[] hashes = random.longs(1_000).toArray();
    for (long hash : hashes) {
      sketch.raise(hash, 3);
    }
    growFor(1_000_000);
    for (long hash : hashes) {
      assertTrue(sketch.frequency(hash) >= 3);
    }
    assertTrue(sketch.byteCount() >= 12L * 1_000_000);
    assertTrue(sketch.byteCount() < 25L * 1_000_000, "bytes: " + sketch.byteCount());
    assertFalse(sketch.isTooSmallFor(1_000_000));
  }

  @Test
  void staysAsItIsWhereThereIsNoMemoryToGrow() {
    AtomicInteger asked = new AtomicInteger();
    Sketch small =
        new Sketch(
            length -> {
              if (asked.incrementAndGet() > 1) {
                throw new OutOfMemoryError("injected");
              }
              return new long[length];
            });
    small.raise(77, 5);
    assertTrue(small.isTooSmallFor(1_000_000));
    small.grow();
    assertFalse(small.isTooSmallFor(1_000_000), "it is not asked for again at each look-up");
    assertEquals(5, small.frequency(77));
    assertEquals(2, asked.get());
  }
}
