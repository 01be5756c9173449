package io.tensorcache.tensor;

/**
 * What the cache needs to know of an engine's tensors. One stateless instance serves any number of
 * caches and threads.
 *
 * @param <T> the engine's tensor type
 */
public interface TensorAdapter<T> {
  /** The engine's tensor type. */
  Class<T> type();

  /**
   * The memory of a tensor. Copies nothing where the engine allows it. The view is used only while
   * {@code tensor} is reachable, and only for reading unless the tensor came from {@link
   * #allocate}.
   */
  TensorView view(T tensor);

  /**
   * A fresh, contiguous tensor of undefined content, owned by the caller, on the device of {@code
   * like}. It must not share memory with any other tensor.
   */
  T allocate(TensorSpec spec, T like);

  /** Frees a tensor that came from {@link #allocate} and that nobody else has seen. */
  void release(T tensor);

  /**
   * Refuses an input that must not be cached, such as one that requires gradients.
   *
   * @throws IllegalArgumentException with the reason and what to do
   */
  default void checkInput(T tensor) {}

  /**
   * Refuses an output whose value must not be cached, such as one that carries a graph.
   *
   * @throws IllegalArgumentException with the reason and what to do
   */
  default void checkOutput(T tensor) {}
}
