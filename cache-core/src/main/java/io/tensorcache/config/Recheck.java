package io.tensorcache.config;

/**
 * How often a cached function has everything read again that its fingerprint stands for, beside the
 * cheap look at each call. Immutable.
 *
 * @param calls at every how many calls; 0 for on request only
 */
public record Recheck(long calls) {
  /** Only when the program asks: {@code function.recheck()}. The default. */
  public static final Recheck ON_REQUEST = new Recheck(0);

  /** At each call, and again after something was computed: costs a pass over all weights each. */
  public static final Recheck EVERY_CALL = new Recheck(1);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Recheck {
    if (calls < 0) {
      throw new IllegalArgumentException(
          "recheck at every " + calls + " calls: must be >= 1, or 0 for on request only");
    }
  }

  /**
   * At the first of every {@code n} calls.
   *
   * @throws IllegalArgumentException unless {@code n >= 1}
   */
  public static Recheck everyCalls(long n) {
    if (n < 1) {
      throw new IllegalArgumentException("everyCalls(" + n + "): must be >= 1");
    }
    return new Recheck(n);
  }

  /** Words for a message. */
  @Override
  public String toString() {
    if (calls == 0) {
      return "on request";
    }
    return calls == 1 ? "every call" : "every " + calls + " calls";
  }
}
