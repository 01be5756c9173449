package io.tensorcache.scope;

/**
 * Is told what leaves a scope. It is called without a lock, on any thread that uses the cache, as a
 * rule before the call that made it leave returns; the order of several removals is not defined.
 * <!-- region: scope-listener, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Scope<HostTensor> scope =
 *     cache
 *         .scopeBuilder("kpca", HostTensor.adapter())
 *         .maxEntries(1)
 *         .listener(
 *             removal -> {
 *               if (removal.cause() == RemovalCause.EVICTED) {
 *                 told.add(removal.name());
 *               }
 *             })
 *         .open();
 * scope.put("a", x);
 * scope.put("b", x); // no room for both: "a" was told to have left
 * }</pre>
 */
@FunctionalInterface
public interface ScopeListener {
  /**
   * Hears that an entry left. What this method throws is counted, logged at DEBUG, and dropped. It
   * may use the cache.
   */
  void onRemoval(Removal removal);
}
