package io.tensorcache.internal.codec;

import io.tensorcache.tensor.CopyingAdapter;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fresh tensor while it is written: the engine's own memory, or a buffer of which a {@link
 * CopyingAdapter} makes the tensor at the end. Owns the tensor until {@link #finish}. Confined to
 * one thread.
 *
 * @param <T> the engine's tensor type
 */
public final class TensorDraft<T> {
  private final TensorAdapter<T> adapter;
  private final @Nullable T tensor; // null until the end with a copying adapter
  private final @Nullable HostTensor content; // null with any other
  private final TensorView view;

  private TensorDraft(
      TensorAdapter<T> adapter, @Nullable T tensor, @Nullable HostTensor content, TensorView view) {
    this.adapter = adapter;
    this.tensor = tensor;
    this.content = content;
    this.view = view;
  }

  /** On the device of {@code like}. */
  public static <T> TensorDraft<T> of(TensorAdapter<T> adapter, TensorSpec spec, T like) {
    return of(adapter, spec, () -> adapter.allocate(spec, like), AdapterTrial.Kind.HOST);
  }

  /** In host memory. */
  public static <T> TensorDraft<T> of(TensorAdapter<T> adapter, TensorSpec spec) {
    return of(adapter, spec, () -> adapter.allocate(spec), AdapterTrial.Kind.PLAIN);
  }

  private static <T> TensorDraft<T> of(
      TensorAdapter<T> adapter, TensorSpec spec, Supplier<T> allocate, AdapterTrial.Kind kind) {
    if (adapter instanceof CopyingAdapter<T> copying) {
      AdapterTrial.copies(copying, spec);
      HostTensor content = HostTensor.zeros(spec);
      return new TensorDraft<>(adapter, null, content, HostTensor.adapter().view(content));
    }
    T tensor = allocate.get();
    try {
      TensorView view = adapter.view(tensor);
      if (view.memory() instanceof HostMemory) {
        AdapterTrial.onHost(adapter, kind, tensor, spec, allocate);
      }
      return new TensorDraft<>(adapter, tensor, null, view);
    } catch (RuntimeException | Error e) {
      adapter.release(tensor);
      throw e;
    }
  }

  /** What is to be written. */
  public TensorView view() {
    return view;
  }

  /** The tensor, which is the caller's. To be asked for once. */
  public T finish() {
    return content == null
        ? Objects.requireNonNull(tensor)
        : ((CopyingAdapter<T>) adapter).fromHost(content);
  }

  /** Frees the tensor that nobody got. */
  public void discard() {
    if (tensor != null) {
      adapter.release(tensor);
    }
  }
}
