package io.tensorcache.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against tables made from the definition of the formats, not from the code under test. */
class HalfFloatsTest {
  private static final double[] HALVES = table(10, 15);
  private static final double[] BFLOATS = table(7, 127);

  /** The value of each non-negative finite bit pattern, then the first value that overflows. */
  private static double[] table(int mantissaBits, int bias) {
    int infinity = (2 * bias + 1) << mantissaBits;
    double[] values = new double[infinity + 1];
    for (int bits = 0; bits <= infinity; bits++) {
      int exponent = bits >>> mantissaBits;
      int mantissa = bits & ((1 << mantissaBits) - 1);
      values[bits] =
          exponent == 0
              ? Math.scalb((double) mantissa, 1 - bias - mantissaBits)
              : Math.scalb((double) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
    }
    return values;
  }

  /** Nearest entry of the table, ties to the even pattern: what the narrowing must give. */
  private static int nearest(double[] table, double magnitude) {
    if (magnitude >= table[table.length - 1]) {
      return table.length - 1;
    }
    int at = java.util.Arrays.binarySearch(table, magnitude);
    if (at >= 0) {
      return at;
    }
    int above = -at - 1;
    double up = table[above] - magnitude;
    double down = magnitude - table[above - 1];
    if (up == down) {
      return (above & 1) == 0 ? above : above - 1;
    }
    return up < down ? above : above - 1;
  }

  @Test
  void widensEveryHalfAndNarrowsItBack() {
    widensEvery(HALVES, 0x7C00, true);
  }

  @Test
  void widensEveryBfloatAndNarrowsItBack() {
    widensEvery(BFLOATS, 0x7F80, false);
  }

  private static void widensEvery(double[] table, int infinity, boolean half) {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      int wide =
          half ? HalfFloats.floatOfHalf((short) bits) : HalfFloats.floatOfBfloat((short) bits);
      float value = Float.intBitsToFloat(wide);
      int magnitude = bits & 0x7FFF;
      assertEquals(bits >>> 15, wide >>> 31, "sign of " + Integer.toHexString(bits));
      if (magnitude > infinity) {
        assertTrue(Float.isNaN(value), Integer.toHexString(bits));
        int quiet = bits | (half ? 0x200 : 0x40);
        assertEquals(quiet, narrow(wide, half) & 0xFFFF);
        continue;
      }
      double expected = magnitude == infinity ? Double.POSITIVE_INFINITY : table[magnitude];
      assertEquals(expected, Math.abs((double) value), Integer.toHexString(bits));
      assertEquals(bits, narrow(wide, half) & 0xFFFF, Integer.toHexString(bits));
      long wider = Double.doubleToRawLongBits(value);
      assertEquals(bits, narrow(wider, half) & 0xFFFF, Integer.toHexString(bits));
    }
  }

  private static short narrow(int bits, boolean half) {
    return half ? HalfFloats.halfOfFloat(bits) : HalfFloats.bfloatOfFloat(bits);
  }

  private static short narrow(long bits, boolean half) {
    return half ? HalfFloats.halfOfDouble(bits) : HalfFloats.bfloatOfDouble(bits);
  }

  @Test
  void roundsEveryMidpointToEven() {
    for (boolean half : new boolean[] {true, false}) {
      double[] table = half ? HALVES : BFLOATS;
      for (int bits = 0; bits + 1 < table.length; bits++) {
        double middle = (table[bits] + table[bits + 1]) / 2;
        int even = bits + (bits & 1);
        assertEquals(even, narrow(Double.doubleToRawLongBits(middle), half) & 0xFFFF);
        assertEquals(even, narrow(Float.floatToRawIntBits((float) middle), half) & 0xFFFF);
        long above = Double.doubleToRawLongBits(Math.nextUp(middle));
        long below = Double.doubleToRawLongBits(Math.nextDown(middle));
        assertEquals(bits + 1, narrow(above, half) & 0xFFFF);
        assertEquals(bits, narrow(below, half) & 0xFFFF);
      }
    }
  }

  @Test
  void roundsRandomFloatsToNearest() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 400_000; i++) {
      int bits = random.nextInt();
      if (i % 2 == 0) { // half of them where binary16 has values
        bits = (bits & 0x807F_FFFF) | (127 - 26 + random.nextInt(44)) << 23;
      }
      float value = Float.intBitsToFloat(bits);
      if (Float.isNaN(value)) {
        continue;
      }
      for (boolean half : new boolean[] {true, false}) {
        int expected = nearest(half ? HALVES : BFLOATS, Math.abs((double) value));
        int actual = narrow(bits, half) & 0xFFFF;
        assertEquals(expected | (bits >>> 31 << 15), actual, "seed " + seed + ", value " + value);
      }
    }
  }

  @Test
  void roundsRandomDoublesOnce() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 400_000; i++) {
      int range = i % 2 == 0 ? 44 : 300;
      long exponent = 1023 + random.nextInt(range) - range / 2;
      long bits = (random.nextLong() & 0x800F_FFFF_FFFF_FFFFL) | exponent << 52;
      double value = Double.longBitsToDouble(bits);
      for (boolean half : new boolean[] {true, false}) {
        int expected = nearest(half ? HALVES : BFLOATS, Math.abs(value));
        int actual = narrow(bits, half) & 0xFFFF;
        assertEquals(
            expected | (int) (bits >>> 63) << 15, actual, "seed " + seed + ", value " + value);
      }
    }
  }

  @Test
  void roundsOnceWhereTwoStepsWouldGoWrong() {
    double justAboveMiddle = 1 + 0x1p-11 + 0x1p-40; // as a float it would be the middle itself
    assertEquals(0x3C01, HalfFloats.halfOfDouble(Double.doubleToRawLongBits(justAboveMiddle)));
    assertEquals(0x3C00, HalfFloats.halfOfFloat(Float.floatToRawIntBits((float) justAboveMiddle)));
  }

  @Test
  void keepsInfinitiesAndNaNs() {
    for (float sign : new float[] {1, -1}) {
      int infinite = Float.floatToRawIntBits(sign * Float.POSITIVE_INFINITY);
      long wide = Double.doubleToRawLongBits(sign * Double.POSITIVE_INFINITY);
      int bit = sign < 0 ? 0x8000 : 0;
      assertEquals(bit | 0x7C00, HalfFloats.halfOfFloat(infinite) & 0xFFFF);
      assertEquals(bit | 0x7C00, HalfFloats.halfOfDouble(wide) & 0xFFFF);
      assertEquals(bit | 0x7F80, HalfFloats.bfloatOfFloat(infinite) & 0xFFFF);
      assertEquals(bit | 0x7F80, HalfFloats.bfloatOfDouble(wide) & 0xFFFF);
    }
    int lowPayload = 0x7F80_0001; // all payload bits that survive are 0: must not become infinite
    assertEquals(0x7E00, HalfFloats.halfOfFloat(lowPayload));
    assertEquals(0x7FC0, HalfFloats.bfloatOfFloat(lowPayload));
    assertEquals(0x7E00, HalfFloats.halfOfDouble(0x7FF0_0000_0000_0001L));
    assertEquals(0x7FC0, HalfFloats.bfloatOfDouble(0x7FF0_0000_0000_0001L));
  }
}
