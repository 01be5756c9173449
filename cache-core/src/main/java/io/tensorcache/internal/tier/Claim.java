package io.tensorcache.internal.tier;

import io.tensorcache.internal.gate.Worth;

/**
 * What a row may do to enter a tier that is full: drive out rows that were asked for less often.
 *
 * @param worth of the row
 * @param margin by more than this it has to be asked for more often than what would go for it
 * @param isExchange a row leaves the tier below for it, whose place those take that it drives out
 */
record Claim(Worth worth, int margin, boolean isExchange) {
  private static final Worth ANY = new Worth(Integer.MAX_VALUE, 0);

  /** To drive out whatever was used longest ago; so may those that it drives out below. */
  static final Claim ALWAYS = new Claim(ANY, 0, false);

  /** To take the place of a row that is about to leave, and drive nothing out. */
  static final Claim PLACE = new Claim(ANY, 0, true);

  /** To enter where there is room, and drive nothing out. */
  static final Claim ROOM = new Claim(new Worth(0, 0), 0, false);

  /** Of a row that comes from elsewhere. */
  static Claim of(Worth row) {
    return new Claim(row, Worth.MARGIN, false);
  }

  /** Of a row from the tier below. */
  static Claim fromBelow(Worth row) {
    return new Claim(row, Worth.MARGIN, true);
  }

  /** Of a row from the tier above: to be asked for as often is enough. */
  static Claim fromAbove(Worth row) {
    return new Claim(row, -1, false);
  }

  /** Of a row that this one drives out, which is no larger. */
  Claim ofDrivenOut(Worth drivenOut) {
    return ofDrivenOut(drivenOut, true);
  }

  /**
   * Of a row that this one drives out; if nobody asked for it, it drives nothing out.
   *
   * @param isSmall it is no larger, so that the place of this one is enough
   */
  Claim ofDrivenOut(Worth drivenOut, boolean isSmall) {
    if (isExchange && isSmall) {
      return PLACE;
    }
    if (isAlways()) {
      return ALWAYS;
    }
    return drivenOut.frequency() == 0 ? ROOM : fromAbove(drivenOut);
  }

  boolean isAlways() {
    return worth.frequency() == Integer.MAX_VALUE;
  }

  /** True if it may drive out another row. */
  boolean beats(Worth other) {
    return worth.beats(other, margin);
  }

  /** False if it drives out no row, whatever that is worth. */
  boolean mayBeat() {
    return worth.mayBeat(margin);
  }
}
