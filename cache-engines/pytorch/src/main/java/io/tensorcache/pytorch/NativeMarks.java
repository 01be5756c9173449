package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
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
  private final ByteBuffer handle; // of the live tensor: the address of its TensorImpl
  private final long implAddress;
  private final ByteBuffer impl;
  private final ByteBuffer implThen;
  private final ByteBuffer storage;
  private final ByteBuffer storageThen;
  private final ByteBuffer version;
  private final int versionThen;
  private final Tensor live;
  private final long[] farShape; // what the TensorImpl keeps elsewhere; empty if nothing

  /**
   * @param live the tensor as its module holds it; its storage is kept by the caller
   */
  NativeMarks(Tensor live) {
    TensorImpl of = live.unsafeGetTensorImpl();
    this.tensor = Unscoped.keep(() -> new Tensor(live));
    this.live = live;
    this.farShape = live.dim() > INLINE_AXES ? CalledMarks.sizesAndStrides(live) : new long[0];
    this.handle = NativeBytes.at(live.address(), Long.BYTES);
    this.implAddress = of.address();
    this.version = versionOf(of);
    this.versionThen = version.getInt(0);
    this.impl = bytes(of, Loader.sizeof(TensorImpl.class));
    this.implThen = NativeBytes.copyOf(impl);
    StorageImpl memory = live.storage().unsafeGetStorageImpl();
    this.storage = bytes(memory, Loader.sizeof(StorageImpl.class));
    this.storageThen = NativeBytes.copyOf(storage);
  }

  private static ByteBuffer bytes(Pointer object, int size) {
    return NativeBytes.at(object.address() + COUNTED_BYTES, size - COUNTED_BYTES);
  }

  private static boolean areEqual(ByteBuffer object, ByteBuffer then) {
    return object.mismatch(then) < 0;
  }

  /** {@code VariableVersion} is a counted pointer to the counter. */
  private static ByteBuffer versionOf(TensorImpl tensor) {
    VariableVersion counter = tensor.version_counter();
    return NativeBytes.at(new LongPointer(counter).get() + COUNTED_BYTES, Integer.BYTES);
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
        try (NativeMarks marks = new NativeMarks(tensor)) {
          boolean isRight =
              marks.versionThen == tensor._version()
                  && marks.handle.getLong(0) == marks.implAddress
                  && marks.areUnchanged();
          tensor.add_(tensor);
          if (!isRight || marks.areUnchanged() || marks.isMemoryUncounted()) {
            return false;
          }
        }
      }
      try (NativeMarks marks = new NativeMarks(tensor)) {
        tensor.set_data(other);
        return !marks.areUnchanged();
      }
    }
  }

  @Override
  public boolean areUnchanged() {
    return handle.getLong(0) == implAddress
        && areEqual(impl, implThen)
        && areEqual(storage, storageThen)
        && version.getInt(0) == versionThen
        && (farShape.length == 0 || Arrays.equals(CalledMarks.sizesAndStrides(live), farShape));
  }

  @Override
  public boolean isMemoryUncounted() {
    return areEqual(storage, storageThen) && tensor._version() == versionThen;
  }

  @Override
  public void close() {
    tensor.close();
  }
}
