package io.tensorcache.internal.gate;

/**
 * What decides between rows that do not all fit.
 *
 * @param frequency how often the row was asked for lately
 * @param weight what is saved each time, for each byte of the row; 0 if that is not known, or does
 *     not count
 */
public record Worth(int frequency, double weight) {
  /**
   * A new row has to be asked for by more than this more often than one that would go for it. In an
   * epoch the rows that were already asked for are ahead of the others by one. Halving doubles what
   * is lost to rounding: with 1, epochs lose 2 %, with 0 all.
   */
  public static final int MARGIN = 2;

  /**
   * True if this row may drive out the other one.
   *
   * @param margin by more than this more often it has to be asked for, or to save as much more;
   *     with -1 to be worth as much is enough
   */
  public boolean beats(Worth other, int margin) {
    double mine = 1;
    double theirs = 1;
    if (weight != 0 && other.weight != 0) {
      mine = weight;
      theirs = other.weight;
    }
    double needed = (other.frequency + Math.max(0, margin)) * theirs;
    return margin < 0 ? frequency * mine >= needed : frequency * mine > needed;
  }

  /** False if it beats no row by the margin. */
  public boolean mayBeat(int margin) {
    return weight != 0 ? frequency > 0 : frequency > margin;
  }
}
