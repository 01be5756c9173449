package io.tensorcache.config;

/**
 * How often a cached function has everything read again that its fingerprint stands for, beside the
 * cheap look at each call. Immutable.
 * <!-- region: recheck, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * CachedFunction<HostTensor> squares =
 *     cache
 *         .function("squares", Fingerprint.version("1"), HostTensor.adapter())
 *         .recheck(Recheck.everyCalls(100)) // all weights are read at every hundredth call
 *         .wrap(x -> slowSquares(x));
 * }</pre>
 *
 * @param calls at every how many calls; 0 for on request only
 */
public record Recheck(long calls) {
  /**
   * Everything is read again only when the program asks: {@code function.recheck()}. This is the
   * default.
   */
  public static final Recheck ON_REQUEST = new Recheck(0);

  /**
   * Everything is read again at each call, and again after something was computed. Each costs a
   * pass over all weights.
   */
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
   * Has everything read again at the first of every {@code n} calls.
   *
   * @throws IllegalArgumentException unless {@code n >= 1}
   */
  public static Recheck everyCalls(long n) {
    if (n < 1) {
      throw new IllegalArgumentException("everyCalls(" + n + "): must be >= 1");
    }
    return new Recheck(n);
  }

  /** Says it in words for a message. */
  @Override
  public String toString() {
    if (calls == 0) {
      return "on request";
    }
    return calls == 1 ? "every call" : "every " + calls + " calls";
  }
}
