package io.tensorcache.internal.tier;

/** What became of a row that was to enter a tier. */
enum Admission {
  /** It is in, now or since before. */
  IS_IN,
  /** Those that would have to go for it are asked for as often. */
  REFUSED,
  /** It is too large. */
  DOES_NOT_FIT;

  static Admission isIn(boolean isIn) {
    return isIn ? IS_IN : DOES_NOT_FIT;
  }
}
