package io.tensorcache;

import io.tensorcache.error.DeviceException;
import io.tensorcache.tensor.TensorAdapter;
import java.lang.ref.Reference;

/**
 * A function whose outputs are cached row by row. Safe for use by several threads, if the function
 * is.
 *
 * <p>A call computes the keys of all rows, serves those that are stored, and calls the function
 * once for the distinct rows that are not. A row that several threads ask for at the same time is
 * computed once. (A cached function that is called from inside another does not wait for other
 * threads, so that two of them cannot wait for each other.)
 *
 * <p>What a call returns is a fresh tensor, owned by the caller, in the engine and on the device of
 * the first input; it shares memory with nothing. The inputs stay the caller's and are only read.
 * Nothing is copied but rows. Tensors on a device are used in the stream that the adapter names: a
 * result is complete for what follows in that stream, and the call does not wait for it.
 *
 * <p>Where a device or its driver fails, the listener is told and the function runs by itself.
 *
 * @param <T> the engine's tensor type
 */
public final class CachedFunction<T> {
  private final CacheCore core;
  private final FunctionState state;
  private final FingerprintSource fingerprint;
  private final TensorAdapter<T> adapter;
  private final TensorOperation<T> operation;

  CachedFunction(
      CacheCore core,
      FunctionState state,
      FingerprintSource fingerprint,
      TensorAdapter<T> adapter,
      TensorOperation<T> operation) {
    this.core = core;
    this.state = state;
    this.fingerprint = fingerprint;
    this.adapter = adapter;
    this.operation = operation;
  }

  /** The name given to {@code wrap}. */
  public String name() {
    return state.name();
  }

  /**
   * The output for one tensor, {@code [rows, ...]} to {@code [rows, ...]}. Throws what the function
   * throws, checked exceptions included.
   *
   * @throws io.tensorcache.error.FunctionContractException if the function's output does not fit
   *     its input; nothing is stored
   * @throws IllegalArgumentException if the adapter refuses the input
   * @throws IllegalStateException after the cache was closed, or if the function has several
   *     outputs
   */
  public T apply(T input) {
    Outputs<T> outputs = apply(Inputs.of(input));
    if (outputs.tensors().size() != 1) {
      throw new IllegalStateException(
          name()
              + " has "
              + outputs.tensors().size()
              + " outputs "
              + outputs.tensors().keySet()
              + "; call apply(Inputs)");
    }
    return outputs.tensor(0);
  }

  /**
   * The outputs for several tensors and arguments. All tensors have the same number of rows. Throws
   * as {@link #apply(Object)} does.
   */
  public Outputs<T> apply(Inputs<T> inputs) {
    core.checkOpen();
    try {
      CachedCall<T> call = new CachedCall<>(core, state, fingerprint, adapter, operation, inputs);
      try {
        return call.run();
      } catch (DeviceException e) {
        return call.runWithoutCache(e);
      }
    } finally {
      Reference.reachabilityFence(inputs);
    }
  }
}
