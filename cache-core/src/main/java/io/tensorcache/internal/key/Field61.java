package io.tensorcache.internal.key;

/** Arithmetic modulo the Mersenne prime 2^61 - 1. Elements are below the prime. */
final class Field61 {
  static final long PRIME = (1L << 61) - 1;

  private Field61() {}

  /** {@code x mod p} for any x, read as unsigned. */
  static long reduce(long x) {
    return wrap((x & PRIME) + (x >>> 61));
  }

  /** {@code a + b mod p}. */
  static long add(long a, long b) {
    return wrap(a + b);
  }

  /** {@code a - b mod p}. */
  static long subtract(long a, long b) {
    return wrap(a - b + PRIME);
  }

  /** {@code a * b mod p}: the product has 122 bits, and 2^61 is 1. */
  static long multiply(long a, long b) {
    long low = a * b;
    return wrap((low & PRIME) + ((Math.multiplyHigh(a, b) << 3) | (low >>> 61)));
  }

  /** One Horner step: {@code (polynomial + coefficient mod p) * point mod p}. */
  static long horner(long polynomial, long coefficient, long point) {
    return multiply(add(polynomial, reduce(coefficient)), point);
  }

  private static long wrap(long sum) {
    return sum >= PRIME ? sum - PRIME : sum;
  }
}
