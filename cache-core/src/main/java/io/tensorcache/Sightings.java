package io.tensorcache;

/**
 * What a {@link FingerprintSource} has noticed up to a moment. All numbers only grow.
 *
 * <p>A source that reads all it watches at each look confirms each look. One that reads a part of
 * it confirms a look once every part was read after it and was as it should be; until then the rows
 * stored since are remembered, and they are dropped if it turns out that they are another
 * computation's.
 *
 * @param changes changes noticed, those included after which everything was as before: rows are
 *     stored only if this is the same before and after they were computed
 * @param lateChanges changes noticed after looks that should have seen them
 * @param looks how often the source has looked
 * @param confirmedLooks the looks before which nothing had changed unnoticed
 * @param lastLate the last late change in words: what, where; empty if there was none
 * @param untold late changes among them that nobody need be told of, as they were seen by the first
 *     look that could
 */
public record Sightings(
    long changes, long lateChanges, long looks, long confirmedLooks, String lastLate, long untold) {
  /** Of a source that can tell no more than its fingerprints do. */
  public static final Sightings NONE = new Sightings(0, 0, 0, 0, "", 0);

  /** Whether rows are to be remembered until the look that they were stored after is confirmed. */
  boolean isUnconfirmed() {
    return confirmedLooks < looks;
  }
}
