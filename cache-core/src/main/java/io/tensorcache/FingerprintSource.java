package io.tensorcache;

import io.tensorcache.stats.Sightings;

/**
 * Gives the fingerprint of a computation, anew for each call, so that changed weights are noticed.
 *
 * <p>A source of your own needs {@link #current} only. One that can notice more than two
 * fingerprints tell apart (that something changed and changed back, that an earlier answer was
 * wrong) says so in {@link #sightings}.
 * <!-- region: fingerprint-source, from FingerprintExamplesTest.java -->
 *
 * <pre>{@code
 * AtomicInteger factor = new AtomicInteger(1); // what the outputs depend on beside the input
 * FingerprintSource source = () -> Fingerprint.version("factor " + factor.get());
 * CachedFunction<HostTensor> scaled =
 *     cache.wrap("scaled", source, HostTensor.adapter(), x -> scaled(x, factor.get()));
 * scaled.apply(batch);
 * factor.set(2);
 * scaled.apply(batch); // computes anew: the source was asked, and other rows are meant
 * }</pre>
 */
@FunctionalInterface
public interface FingerprintSource {
  /**
   * Returns the fingerprint of the computation as it is now. It is called on the caller's thread,
   * once per call of the cached function and once more after something was computed: rows of a
   * computation that changed while it ran are returned but not stored.
   *
   * @throws IllegalStateException if the computation must not be cached as it is (a module in
   *     training mode, for example)
   */
  Fingerprint current();

  /**
   * Returns what was noticed so far, the last {@link #current} included. It must be cheap, and safe
   * for use by several threads. By default it is {@link Sightings#NONE}, so that only fingerprints
   * count.
   */
  default Sightings sightings() {
    return Sightings.NONE;
  }

  /**
   * Reads everything again, whatever it costs, and returns the fingerprint of what it found. By
   * default it is {@link #current}.
   */
  default Fingerprint recheck() {
    return current();
  }

  /**
   * Lets go of what is held to notice changes. A later {@link #current} looks anew. By default
   * nothing is held, and this does nothing.
   */
  default void release() {}

  /**
   * Returns this source with one more thing that counts, such as a mode. It sees all that this one
   * sees.
   */
  default FingerprintSource and(String detail) {
    return Fingerprint.detailed(this, detail);
  }
}
