package io.tensorcache.scope;

/**
 * Told what leaves a scope. Called without a lock on any thread that uses the cache, as a rule
 * before the call that made it leave returns; the order of several removals is not defined.
 */
@FunctionalInterface
public interface ScopeListener {
  /**
   * An entry left. What this method throws is counted, logged at DEBUG, and dropped. It may use the
   * cache.
   */
  void onRemoval(Removal removal);
}
