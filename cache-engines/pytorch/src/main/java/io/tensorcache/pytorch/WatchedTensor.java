package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * A parameter or buffer, and the marks by which a change is noticed without reading all of it.
 * Immutable; safe for use by several threads.
 *
 * <p>Noticed are in-place operations (the version counter), other memory behind the same name
 * ({@code set_data}, which {@code load} uses, or a tensor set anew in its layer), another layout,
 * and of writes past the version counter, such as {@code data().copy_(..)} or through a pointer,
 * those that touch one of {@value #PROBES} probed words. The old memory is kept until this object
 * is closed or collected, so that its address is not used again unnoticed.
 */
final class WatchedTensor implements AutoCloseable {
  private static final int PROBES = 8;

  private final String name;
  private final Tensor live;
  private final Tensor seen;
  private final long version;
  private final long address;
  private final long elementCount;
  private final long firstStride;
  private final ByteBuffer bytes;
  private final long probed;

  /**
   * @param live the tensor as its module holds it, which shows what is set there later
   * @throws IllegalArgumentException if changes of the tensor cannot be noticed
   */
  WatchedTensor(String name, Tensor live) {
    if (live.is_inference()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is an inference "
              + TensorText.of(live)
              + ": it has no version counter, so changes go unnoticed; load the module outside of"
              + " inference mode");
    }
    this.name = name;
    this.live = live;
    this.seen = Unscoped.keep(live::detach);
    this.version = live._version();
    this.address = address(live);
    this.elementCount = live.numel();
    this.firstStride = firstStride(live);
    this.bytes = firstBytes(seen);
    this.probed = probe(bytes);
  }

  /** The dotted name in the module, {@code layer1.conv.weight} for example. */
  String name() {
    return name;
  }

  /** The tensor as the module uses it now. Owned by the module. */
  Tensor tensor() {
    return live;
  }

  /** Whether nothing changed since this object was made. About 200 ns. */
  boolean isUnchanged() {
    return live.defined()
        && live._version() == version
        && live.is_alias_of(seen)
        && live.numel() == elementCount
        && firstStride(live) == firstStride
        // Last before the probes: a storage that was resized has freed what they would read.
        && address(live) == address
        && probe(bytes) == probed;
  }

  /** Lets go of the old memory; must not be used afterwards. */
  @Override
  public void close() {
    seen.close();
  }

  private static long address(Tensor tensor) {
    Pointer data = tensor.const_data_ptr();
    return data == null ? 0 : data.address();
  }

  private static long firstStride(Tensor tensor) {
    return tensor.dim() == 0 ? 0 : tensor.stride(0);
  }

  /** The memory from the first element on, at most 2 GiB; empty when only a device can read it. */
  private static ByteBuffer firstBytes(Tensor tensor) {
    Pointer data = tensor.is_cpu() && tensor.is_contiguous() ? tensor.const_data_ptr() : null;
    if (data == null || tensor.nbytes() == 0) {
      return ByteBuffer.allocate(0);
    }
    return new TorchMemory(tensor, tensor.nbytes())
        .slice(0, (int) Math.min(Integer.MAX_VALUE, tensor.nbytes()));
  }

  private static long probe(ByteBuffer bytes) {
    int length = bytes.capacity();
    if (length < Long.BYTES) {
      return length == 0 ? 0 : bytes.get(0);
    }
    long sum = 0;
    int step = Math.max(1, (length - Long.BYTES) / (PROBES - 1));
    for (int at = 0, i = 0; i < PROBES && at <= length - Long.BYTES; i++, at += step) {
      sum = sum * 31 + bytes.getLong(at);
    }
    return sum;
  }
}
