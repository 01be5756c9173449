package io.tensorcache.scope;

/**
 * Computes the value of an entry that is not there.
 *
 * @param <V> a tensor, a tuple of tensors, or a record of tensors and scalars
 */
@FunctionalInterface
public interface Computation<V> {
  /**
   * Computes the value; never null. What it throws reaches the caller of the scope as it is. No
   * lock is held while it runs, and it may ask the scope for other entries.
   */
  V compute() throws Exception;
}
