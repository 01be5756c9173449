package io.tensorcache.tensor;

/**
 * An adapter for tensors whose memory cannot be shown: arrays of arrays, or an engine that only
 * hands out copies. Each input is copied once more for its key, and each result once more. One
 * stateless instance serves any number of caches and threads.
 *
 * <p>A tensor has at most 2 GiB, in host memory.
 * <!-- region: copying-adapter, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * static final class GridAdapter extends CopyingAdapter<float[][]> {
 *   public Class<float[][]> type() {
 *     return float[][].class;
 *   }
 *
 *   public HostTensor toHost(float[][] grid) {
 *     return HostTensor.ofRows(grid);
 *   }
 *
 *   public float[][] fromHost(HostTensor content) {
 *     float[][] grid = new float[(int) content.spec().dim(0)][(int) content.spec().dim(1)];
 *     float[] values = content.floats();
 *     for (int row = 0; row < grid.length; row++) {
 *       System.arraycopy(values, row * grid[row].length, grid[row], 0, grid[row].length);
 *     }
 *     return grid;
 *   }
 * }
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public abstract class CopyingAdapter<T> implements TensorAdapter<T> {
  /** Is called by subclasses. */
  protected CopyingAdapter() {}

  /** Returns the content of a tensor: dtype, shape and elements, copied. */
  public abstract HostTensor toHost(T tensor);

  /**
   * Returns a fresh tensor with a copy of this content, owned by the caller. It must not share
   * memory with any other tensor, nor with {@code content}.
   */
  public abstract T fromHost(HostTensor content);

  /** Returns a view of a copy: what is written there does not reach the tensor. */
  @Override
  public final TensorView view(T tensor) {
    return HostTensor.adapter().view(toHost(tensor));
  }

  /** Returns a fresh tensor of zeros. */
  @Override
  public final T allocate(TensorSpec spec, T like) {
    return allocate(spec);
  }

  /** Returns a fresh tensor of zeros. */
  @Override
  public final T allocate(TensorSpec spec) {
    return fromHost(HostTensor.zeros(spec));
  }

  @Override
  public final T selectRows(T batch, int[] rows) {
    return fromHost(HostTensor.adapter().selectRows(toHost(batch), rows));
  }

  /**
   * Does nothing, as the garbage collector frees the tensor. Override it if the engine must be
   * told.
   */
  @Override
  public void release(T tensor) {}
}
