package io.tensorcache.tensor;

/**
 * What the cache needs to know of an engine's tensors. One stateless instance serves any number of
 * caches and threads.
 * <!-- region: tensor-adapter, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * record Blob(TensorSpec spec, ByteBuffer bytes) {} // an engine's tensor, in a direct buffer
 *
 * static final class BlobAdapter implements TensorAdapter<Blob> {
 *   public Class<Blob> type() {
 *     return Blob.class;
 *   }
 *
 *   public TensorView view(Blob tensor) {
 *     return TensorView.of(tensor.spec(), HostMemory.of(tensor.bytes())); // no copy
 *   }
 *
 *   public Blob allocate(TensorSpec spec, Blob like) {
 *     return new Blob(spec, ByteBuffer.allocateDirect(Math.toIntExact(spec.byteCount())));
 *   }
 *
 *   public void release(Blob tensor) {} // the garbage collector's
 * }
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public interface TensorAdapter<T> {
  /** Returns the engine's tensor type. */
  Class<T> type();

  /**
   * Returns the memory of a tensor: {@link HostMemory}, or {@link DeviceMemory} with the stream in
   * which this thread uses it now. Copies nothing where the engine allows it. The view is used only
   * while {@code tensor} is reachable, and only for reading unless the tensor came from {@link
   * #allocate}: what is written through the view of such a one must be in the tensor, which is
   * tried once for each class of adapter. Where that cannot be, extend {@link CopyingAdapter}.
   */
  TensorView view(T tensor);

  /**
   * Returns a fresh, contiguous tensor of undefined content, owned by the caller, on the device of
   * {@code like}, from the first byte of the memory of its view. It must not share memory with any
   * other tensor. On a device it is used in the stream that its view names.
   */
  T allocate(TensorSpec spec, T like);

  /**
   * Returns such a tensor in host memory, where no other tensor says for which device. It is for a
   * value that a scope kept as bytes.
   *
   * @throws UnsupportedOperationException if the adapter serves functions only
   */
  default T allocate(TensorSpec spec) {
    throw new UnsupportedOperationException(
        getClass().getName()
            + " allocates like another tensor only: a scope with copies, or one that persists,"
            + " needs its allocate(TensorSpec)");
  }

  /** Returns false if the tensor was closed and must not be touched any more. */
  default boolean isUsable(T tensor) {
    return true;
  }

  /**
   * Returns the tensor on another device, as a fresh one owned by the caller; it is the same object
   * if it is there.
   *
   * @param device "cpu", or what the engine calls it
   * @throws IllegalArgumentException if there is no such device
   */
  default T moveTo(T tensor, String device) {
    if (device.equals("cpu") && view(tensor).memory() instanceof HostMemory) {
      return tensor;
    }
    throw new IllegalArgumentException(
        "device \"" + device + "\" is not there; this adapter has \"cpu\" only");
  }

  /**
   * Frees a tensor that came from {@link #allocate} and that the caller of the cache has not seen.
   */
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

  /**
   * Returns a fresh tensor that holds copies of some rows of {@code batch}, in the order given. It
   * is owned by the caller. It is called for tensors in host memory; rows in device memory are
   * copied by the cache, on the device.
   */
  default T selectRows(T batch, int[] rows) {
    TensorView source = view(batch);
    T result = allocate(source.spec().row().batch(rows.length), batch);
    TensorView target = view(result);
    long rowBytes = source.spec().row().byteCount();
    for (int i = 0; i < rows.length; i++) {
      RowCopy.copy(
          source, rows[i], (HostMemory) target.memory(), target.byteOffset() + i * rowBytes);
    }
    return result;
  }
}
