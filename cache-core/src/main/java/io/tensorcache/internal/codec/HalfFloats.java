package io.tensorcache.internal.codec;

/**
 * Conversions between IEEE 754 floats and 16-bit floats (binary16, bfloat16), all on raw bits.
 * Narrowing rounds to the nearest value, ties to even; a value beyond the range becomes infinite; a
 * NaN stays a NaN, quiet, with its sign and upper payload bits. Widening is exact.
 */
public final class HalfFloats {
  private HalfFloats() {}

  /** binary16 bits of the float with these bits. */
  static short halfOfFloat(int bits) {
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7FFF_FFFF;
    if (magnitude < 0x3880_0000) { // below 2^-14: adding 0.5 leaves multiples of 2^-24, rounded
      int sum = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f);
      return (short) (sign | (sum - 0x3F00_0000));
    }
    if (magnitude < 0x477F_F000) { // below 65520, which rounds to infinity
      int rounded = magnitude + 0xFFF + ((magnitude >>> 13) & 1) - (112 << 23);
      return (short) (sign | (rounded >>> 13));
    }
    if (magnitude <= 0x7F80_0000) {
      return (short) (sign | 0x7C00);
    }
    return (short) (sign | 0x7E00 | ((magnitude >>> 13) & 0x3FF));
  }

  /** bfloat16 bits of the float with these bits. */
  static short bfloatOfFloat(int bits) {
    if ((bits & 0x7FFF_FFFF) > 0x7F80_0000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /** binary16 bits of the double with these bits, rounded once. */
  static short halfOfDouble(long bits) {
    return narrow(bits, 10, 15);
  }

  /** bfloat16 bits of the double with these bits, rounded once. */
  static short bfloatOfDouble(long bits) {
    return narrow(bits, 7, 127);
  }

  private static short narrow(long bits, int mantissaBits, int bias) {
    int sign = (int) (bits >>> 48) & 0x8000;
    long magnitude = bits & Long.MAX_VALUE;
    int infinity = (2 * bias + 1) << mantissaBits;
    int drop = 52 - mantissaBits;
    if (magnitude > 0x7FF0_0000_0000_0000L) {
      int payload = (int) (magnitude >>> drop) & ((1 << mantissaBits) - 1);
      return (short) (sign | infinity | 1 << (mantissaBits - 1) | payload);
    }
    if (magnitude >= (long) (1023 + bias + 1) << 52) {
      return (short) (sign | infinity);
    }
    if (magnitude < (long) (1023 - bias + 1) << 52) { // subnormal: the addition rounds
      double unit = Math.scalb(1.0, 52 - mantissaBits - bias + 1);
      long sum = Double.doubleToRawLongBits(Double.longBitsToDouble(magnitude) + unit);
      return (short) (sign | (int) (sum - Double.doubleToRawLongBits(unit)));
    }
    long half = (1L << (drop - 1)) - 1 + ((magnitude >>> drop) & 1);
    return (short) (sign | (int) ((magnitude + half - ((long) (1023 - bias) << 52)) >>> drop));
  }

  /** float bits of the binary16 number with these bits. */
  public static int floatOfHalf(short bits) {
    int shifted = (bits & 0x7FFF) << 13;
    int sign = (bits & 0x8000) << 16;
    if (shifted >= 0x7C00 << 13) {
      return sign | 0x7F80_0000 | shifted;
    }
    return sign | Float.floatToRawIntBits(Float.intBitsToFloat(shifted) * 0x1p112f);
  }

  /** float bits of the bfloat16 number with these bits. */
  public static int floatOfBfloat(short bits) {
    return bits << 16;
  }
}
