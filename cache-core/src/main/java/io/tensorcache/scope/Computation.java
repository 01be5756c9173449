package io.tensorcache.scope;

/**
 * Computes the value of an entry that is not there. It runs on the thread that asks for the entry.
 * <!-- region: computation, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Computation<HostTensor> kernel = () -> kernelMatrix(x); // may throw, and ask for other entries
 * HostTensor k = scope.get("K", kernel);
 * }</pre>
 *
 * @param <V> a tensor, a tuple of tensors, or a record of tensors and scalars
 */
@FunctionalInterface
public interface Computation<V> {
  /**
   * Computes the value, which is never null. What it throws reaches the caller of the scope as it
   * is. No lock is held while it runs, and it may ask the scope for other entries.
   */
  V compute() throws Exception;
}
