package io.tensorcache;

/**
 * Gives the fingerprint of a computation, anew for each call, so that changed weights are noticed.
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
}
