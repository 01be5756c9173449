package io.tensorcache.scope;

/**
 * Why an entry left its scope. An entry that leaves because one it depends on did has the cause of
 * that one.
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
public enum RemovalCause {
  /** It left to make room, in the scope or in the tiers of the cache. */
  EVICTED,
  /** Its time to live was over. */
  EXPIRED,
  /** It was removed by name, by a read-once access, or with its scope. */
  REMOVED,
  /** The scope or the cache was reset. */
  RESET,
  /** The program let go of a weakly held value, or closed it. */
  COLLECTED,
  /** The level of the scope was lowered below its own, or trimmed to one. */
  LEVEL,
  /** Another value took its place. */
  REPLACED
}
