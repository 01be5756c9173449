package io.tensorcache.tensor;

/**
 * An adapter for tensors whose memory cannot be shown: arrays of arrays, or an engine that only
 * hands out copies. Each input is copied once more for its key, and each result once more. One
 * stateless instance serves any number of caches and threads.
 *
 * <p>A tensor has at most 2 GiB, in host memory.
 *
 * @param <T> the engine's tensor type
 */
public abstract class CopyingAdapter<T> implements TensorAdapter<T> {
  /** For subclasses. */
  protected CopyingAdapter() {}

  /** The content of a tensor: dtype, shape and elements, copied. */
  public abstract HostTensor toHost(T tensor);

  /**
   * A fresh tensor with a copy of this content, owned by the caller. It must not share memory with
   * any other tensor, nor with {@code content}.
   */
  public abstract T fromHost(HostTensor content);

  /** A copy: what is written there does not reach the tensor. */
  @Override
  public final TensorView view(T tensor) {
    return HostTensor.adapter().view(toHost(tensor));
  }

  /** A fresh tensor of zeros. */
  @Override
  public final T allocate(TensorSpec spec, T like) {
    return allocate(spec);
  }

  /** A fresh tensor of zeros. */
  @Override
  public final T allocate(TensorSpec spec) {
    return fromHost(HostTensor.zeros(spec));
  }

  @Override
  public final T selectRows(T batch, int[] rows) {
    return fromHost(HostTensor.adapter().selectRows(toHost(batch), rows));
  }

  /** Does nothing: the garbage collector's, unless the engine must be told. */
  @Override
  public void release(T tensor) {}
}
