package io.tensorcache;

/**
 * Gives the fingerprint of a computation, anew for each call, so that changed weights are noticed.
 *
 * <p>A source of your own needs {@link #current} only. One that can notice more than two
 * fingerprints tell apart (that something changed and changed back, that an earlier answer was
 * wrong) says so in {@link #sightings}.
 */
@FunctionalInterface
public interface FingerprintSource {
  /**
   * The fingerprint of the computation as it is now. Called on the caller's thread, once per call
   * of the cached function and once more after something was computed: rows of a computation that
   * changed while it ran are returned but not stored.
   *
   * @throws IllegalStateException if the computation must not be cached as it is (a module in
   *     training mode, for example)
   */
  Fingerprint current();

  /**
   * What was noticed so far, the last {@link #current} included. Cheap, and safe for use by several
   * threads. Default: {@link Sightings#NONE}, so that only fingerprints count.
   */
  default Sightings sightings() {
    return Sightings.NONE;
  }

  /**
   * The same as {@link #current} with everything read again, whatever it costs. Default: {@link
   * #current}.
   */
  default Fingerprint recheck() {
    return current();
  }

  /**
   * Lets go of what is held to notice changes. A later {@link #current} looks anew. Default: holds
   * nothing.
   */
  default void release() {}

  /** This source with one more thing that counts, such as a mode; sees all that this one sees. */
  default FingerprintSource and(String detail) {
    return new DetailedSource(this, detail);
  }
}
