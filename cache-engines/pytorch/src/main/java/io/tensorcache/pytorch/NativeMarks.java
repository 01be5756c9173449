package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.StorageImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorImpl;
import org.bytedeco.pytorch.VariableVersion;
import org.bytedeco.pytorch.global.torch;

/**
 * The marks of a tensor, compared where PyTorch keeps them: the bytes of its {@code TensorImpl} and
 * {@code StorageImpl} but their reference counts, and the version counter. About 40 ns, a fifth of
 * the same by calls. Holds what it reads alive. Any byte that differs counts as a change, so that
 * nothing depends on which member lies where, but the counter; {@link #isLaidOutAsExpected} proves
 * that one on a tensor before anything relies on it.
 */
final class NativeMarks implements TensorMarks {
  /** A vtable and the reference counts, of every object that PyTorch counts. */
  private static final int COUNTED_BYTES = 16;

  /** Sizes and strides of more axes are in a block of their own. */
  private static final int INLINE_AXES = 5;

  private static final boolean LAID_OUT_AS_EXPECTED = check();

  private final Tensor tensor; // keeps the TensorImpl
  private final Tensor live;
  private final MemoryPieces pieces;
  private final int first; // of its pieces
  private final int storage;
  private final int end;
  private final long versionThen;
  private final long[] farShape; // what the TensorImpl keeps elsewhere; empty if nothing

  /**
   * @param live the tensor as its module holds it; its storage is kept by the caller
   * @param pieces to which the marks are added
   */
  NativeMarks(Tensor live, MemoryPieces pieces) {
    TensorImpl of = live.unsafeGetTensorImpl();
    StorageImpl memory = live.storage().unsafeGetStorageImpl();
    this.tensor = Unscoped.keep(() -> new Tensor(live));
    this.live = live;
    this.pieces = pieces;
    this.versionThen = live._version();
    this.farShape = live.dim() > INLINE_AXES ? CalledMarks.sizesAndStrides(live) : new long[0];
    // Each of these proves that the next is where it was.
    this.first = pieces.add(live.address(), Long.BYTES); // the address of its TensorImpl
    add(of, Loader.sizeof(TensorImpl.class));
    this.storage = add(memory, Loader.sizeof(StorageImpl.class));
    this.end = 1 + pieces.add(versionAddress(of), Integer.BYTES);
  }

  private int add(Pointer object, int size) {
    return pieces.add(object.address() + COUNTED_BYTES, size - COUNTED_BYTES);
  }

  /** {@code VariableVersion} is a counted pointer to the counter. */
  private static long versionAddress(TensorImpl tensor) {
    VariableVersion counter = tensor.version_counter();
    return new LongPointer(counter).get() + COUNTED_BYTES;
  }

  /** Whether this class sees what changes in the PyTorch that is loaded. */
  static boolean isLaidOutAsExpected() {
    return LAID_OUT_AS_EXPECTED;
  }

  /** Whether it does, whatever mode the calling thread is in. */
  @SuppressWarnings("try") // the mode ends with the block
  static boolean check() {
    if (Loader.sizeof(Pointer.class) != Long.BYTES
        || Loader.sizeof(BytePointer.class) != 1
        || Loader.sizeof(Tensor.class) != Long.BYTES
        || Loader.sizeof(TensorImpl.class) <= COUNTED_BYTES
        || Loader.sizeof(StorageImpl.class) <= COUNTED_BYTES) {
      return false;
    }
    try (InferenceMode none = new InferenceMode(false); // in it, tensors have no counter
        Tensor tensor = torch.zeros(2, 3);
        Tensor other = torch.zeros(3, 2)) {
      for (int i = 0; i < 3; i++) {
        try (MemoryPieces pieces = new MemoryPieces();
            NativeMarks marks = new NativeMarks(tensor, pieces)) {
          pieces.remember();
          boolean isRight =
              NativeBytes.at(versionAddress(tensor.unsafeGetTensorImpl()), 4).getInt(0)
                      == tensor._version()
                  && NativeBytes.at(tensor.address(), 8).getLong(0)
                      == tensor.unsafeGetTensorImpl().address()
                  && marks.areUnchanged();
          tensor.add_(tensor);
          if (!isRight || marks.areUnchanged() || marks.isMemoryUncounted()) {
            return false;
          }
        }
      }
      try (MemoryPieces pieces = new MemoryPieces();
          NativeMarks marks = new NativeMarks(tensor, pieces)) {
        pieces.remember();
        tensor.set_data(other);
        return !marks.areUnchanged();
      }
    }
  }

  @Override
  public boolean areUnchanged() {
    return pieces.firstChanged(first, end) < 0
        && (arePieces() || Arrays.equals(CalledMarks.sizesAndStrides(live), farShape));
  }

  @Override
  public boolean arePieces() {
    return farShape.length == 0;
  }

  @Override
  public boolean isMemoryUncounted() {
    return pieces.firstChanged(storage, storage + 1) < 0 && tensor._version() == versionThen;
  }

  @Override
  public void close() {
    tensor.close();
  }
}
