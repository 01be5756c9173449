package io.tensorcache.stats;

/**
 * What the source of a fingerprint has noticed up to a moment. All numbers only grow.
 *
 * <p>A source that reads all it watches at each look confirms each look. One that reads a part of
 * it confirms a look once every part was read after it and was as it should be; until then the rows
 * stored after it are remembered, and they are dropped if they may be another computation's.
 * <!-- region: sightings, from FingerprintExamplesTest.java -->
 *
 * <pre>{@code
 * class Model implements FingerprintSource {
 *   private final AtomicLong updates = new AtomicLong();
 *   private final AtomicLong looks = new AtomicLong();
 *
 *   void update() {
 *     updates.incrementAndGet();
 *   }
 *
 *   public Fingerprint current() {
 *     looks.incrementAndGet();
 *     return Fingerprint.version("update " + updates.get());
 *   }
 *
 *   public Sightings sightings() { // every look sees everything, so each confirms itself
 *     return new Sightings(updates.get(), 0, 0, looks.get(), looks.get() + 1, "");
 *   }
 * }
 * }</pre>
 *
 * @param changes changes noticed, those included after which everything was as before: rows are
 *     stored only if this is the same before and after they were computed
 * @param lateChanges changes among them that earlier looks may have missed: the rows stored after
 *     unconfirmed looks are dropped
 * @param untold late changes among those of which nobody is told: nothing shows that a look did
 *     miss one
 * @param looks how often the source has looked
 * @param firstUnconfirmed the first look that is not confirmed; more than {@code looks} if all are
 * @param lastLate the last late change in words: what, where; empty if there was none
 */
public record Sightings(
    long changes,
    long lateChanges,
    long untold,
    long looks,
    long firstUnconfirmed,
    String lastLate) {
  /** Stands for a source that can tell no more than its fingerprints do. */
  public static final Sightings NONE = new Sightings(0, 0, 0, 0, Long.MAX_VALUE, "");

  /** Whether some look is not confirmed: rows stored now are remembered. */
  public boolean isUnconfirmed() {
    return firstUnconfirmed <= looks;
  }
}
