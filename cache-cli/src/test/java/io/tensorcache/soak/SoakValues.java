package io.tensorcache.soak;

/**
 * What each function returns for each row: numbers that follow from function, version, row and
 * column, so that any mix-up shows. Stateless.
 */
final class SoakValues {
  private SoakValues() {}

  static long mix(long x) {
    long z = x * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  static long value(int function, int version, long id, int column) {
    return mix(mix(id * 31 + column) ^ ((long) function << 48) ^ ((long) version << 20));
  }

  /** A whole number that any float type holds. */
  static float smallValue(int function, int version, long id, int column) {
    return (value(function, version, id, column) & 0xFF) - 128;
  }
}
