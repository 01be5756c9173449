package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.AutogradMetaInterface;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Shows without a call for each that parameters require no gradients: the bytes that say so are as
 * they were when calls said it. They are in an object that a parameter has or has not; which one,
 * {@link NativeMarks} watches, so these must have been compared before. How far the bytes reach is
 * found out on tensors that are made for it. Confined to one thread at a time.
 */
final class GradientMarks implements AutoCloseable {
  /** After a vtable. */
  private static final int FIRST = Long.BYTES;

  /** The flag lies at 104 in the PyTorch that this was written with. */
  private static final int LAST = 152;

  private static final class Found {
    static final int END = NativeMarks.isLaidOutAsExpected() ? end() : -1;
  }

  private final @Nullable MemoryPieces pieces; // null if only calls show it
  private boolean isKnown; // that the parameters require none while the pieces do not change

  /** Of parameters that live as long as this. */
  GradientMarks(List<Tensor> parameters) {
    this.pieces = Found.END < 0 ? null : new MemoryPieces();
    for (Tensor parameter : pieces == null ? List.<Tensor>of() : parameters) {
      AutogradMetaInterface meta = parameter.unsafeGetTensorImpl().autograd_meta();
      if (meta != null && !meta.isNull()) {
        pieces.add(meta.address() + FIRST, Found.END - FIRST);
      }
    }
  }

  /** Whether the bytes can be read here. */
  static boolean areLaidOutAsExpected() {
    return Found.END >= 0;
  }

  /** The end of the bytes that show whether a tensor requires gradients; -1 if it is not found. */
  @SuppressWarnings("try") // the modes end with the block
  private static int end() {
    try (InferenceMode none = new InferenceMode(false);
        AutoGradMode gradients = new AutoGradMode(true);
        Tensor tensor = torch.zeros(2, 3);
        Tensor other = torch.ones(2, 3);
        MemoryPieces pieces = new MemoryPieces();
        NativeMarks marks = new NativeMarks(tensor, pieces)) {
      pieces.remember();
      tensor.requires_grad_(true);
      AutogradMetaInterface meta = tensor.unsafeGetTensorImpl().autograd_meta();
      if (marks.areUnchanged() || meta == null || meta.isNull()) {
        return -1;
      }
      tensor.requires_grad_(false);
      int end = endOfFlag(tensor, meta.address());
      return end > 0 && showsHistory(tensor, other, meta.address(), end) ? end : -1;
    }
  }

  private static int endOfFlag(Tensor tensor, long address) {
    for (int at = FIRST; at < LAST; at += Long.BYTES) {
      ByteBuffer word = NativeBytes.at(address + at, Long.BYTES);
      long off = word.getLong(0);
      tensor.requires_grad_(true);
      long on = word.getLong(0);
      tensor.requires_grad_(false);
      if (on != off) {
        return word.getLong(0) == off ? at + Long.BYTES : -1;
      }
    }
    return -1;
  }

  /** Whether the bytes show too that a tensor was computed from one that requires gradients. */
  private static boolean showsHistory(Tensor tensor, Tensor other, long address, int end) {
    ByteBuffer bytes = NativeBytes.at(address + FIRST, end - FIRST);
    ByteBuffer then = NativeBytes.copyOf(bytes);
    other.requires_grad_(true);
    tensor.add_(other);
    return tensor.requires_grad() && bytes.mismatch(then) >= 0;
  }

  /** Whether none requires any, as far as the bytes say; if not, calls must. */
  boolean showNone() {
    return pieces != null && isKnown && pieces.firstChanged() < 0;
  }

  /** Before the calls, so that what is set meanwhile is seen later. */
  void remember() {
    isKnown = false;
    if (pieces != null) {
      pieces.remember();
    }
  }

  /** After calls that said that none requires any. */
  void areKnown() {
    isKnown = true;
  }

  @Override
  public void close() {
    if (pieces != null) {
      pieces.close();
    }
  }
}
