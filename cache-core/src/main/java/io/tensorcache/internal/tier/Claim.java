package io.tensorcache.internal.tier;

import io.tensorcache.internal.gate.Ring;

/**
 * What a row may do to enter a tier that is full: drive out rows that were asked for less often.
 *
 * @param frequency how often the row was asked for lately
 * @param margin by more than this more often than what would go for it
 * @param isExchange a row leaves the tier below for it, whose place those take that it drives out
 */
record Claim(int frequency, int margin, boolean isExchange) {
  private static final int ANY = Integer.MAX_VALUE;

  /** To drive out whatever was used longest ago; so may those that it drives out below. */
  static final Claim ALWAYS = new Claim(ANY, 0, false);

  /** To take the place of a row that is about to leave, and drive nothing out. */
  static final Claim PLACE = new Claim(ANY, 0, true);

  /** To enter where there is room, and drive nothing out. */
  static final Claim ROOM = new Claim(0, 0, false);

  /** Of a row that comes from elsewhere. */
  static Claim of(int frequency) {
    return new Claim(frequency, Ring.MARGIN, false);
  }

  /** Of a row from the tier below. */
  static Claim fromBelow(int frequency) {
    return new Claim(frequency, Ring.MARGIN, true);
  }

  /** Of a row from the tier above: to be asked for as often is enough. */
  static Claim fromAbove(int frequency) {
    return new Claim(frequency, -1, false);
  }

  /** Of a row that this one drives out, which is no larger and was asked for so often. */
  Claim ofDrivenOut(int drivenOut) {
    return ofDrivenOut(drivenOut, true);
  }

  /**
   * Of a row that this one drives out and that was asked for so often; one that nobody asked for
   * drives nothing out.
   *
   * @param isSmall it is no larger, so that the place of this one is enough
   */
  Claim ofDrivenOut(int drivenOut, boolean isSmall) {
    if (isExchange && isSmall) {
      return PLACE;
    }
    if (isAlways()) {
      return ALWAYS;
    }
    return drivenOut == 0 ? ROOM : fromAbove(drivenOut);
  }

  boolean isAlways() {
    return frequency == ANY;
  }

  /** True if it may drive out a row that was asked for so often. */
  boolean beats(int other) {
    return Ring.beats(frequency, other, margin);
  }
}
