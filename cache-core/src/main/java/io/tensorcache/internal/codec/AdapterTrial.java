package io.tensorcache.internal.codec;

import io.tensorcache.tensor.CopyingAdapter;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is written through the view of a fresh tensor is in the tensor: tried once for each
 * class of adapter, because every result would be garbage otherwise.
 */
public final class AdapterTrial {
  /** What was tried. */
  public enum Kind {
    /** {@code allocate(spec)}. */
    PLAIN,
    /** {@code allocate(spec, like)} in host memory. */
    HOST,
    /** {@code allocate(spec, like)} on a device. */
    DEVICE,
    /** The adapter cannot make a tensor like the inputs: only its outputs are tried. */
    OUTPUTS_ONLY
  }

  /** Larger tensors are not made for a trial. */
  public static final long LARGEST = 64L << 20;

  private static final int TRIED_BYTES = 4096;

  /** Held by the class of the adapter, and gone with it. */
  private static final ClassValue<AtomicInteger> PASSED =
      new ClassValue<>() {
        @Override
        protected AtomicInteger computeValue(Class<?> adapter) {
          return new AtomicInteger();
        }
      };

  private AdapterTrial() {}

  public static boolean isDue(TensorAdapter<?> adapter, Kind kind) {
    return (PASSED.get(adapter.getClass()).get() & 1 << kind.ordinal()) == 0;
  }

  public static void passed(TensorAdapter<?> adapter, Kind kind) {
    PASSED.get(adapter.getClass()).accumulateAndGet(1 << kind.ordinal(), (a, b) -> a | b);
  }

  /**
   * Tries a fresh tensor in host memory, unless that was done.
   *
   * @param another makes another tensor of the same spec
   * @throws IllegalArgumentException if its view cannot be used, naming the adapter and the remedy
   */
  public static <T> void onHost(
      TensorAdapter<T> adapter, Kind kind, T fresh, TensorSpec spec, Supplier<T> another) {
    if (spec.byteCount() == 0 || !isDue(adapter, kind)) {
      return;
    }
    HostMemory first = memory(adapter, fresh, spec);
    try {
      for (byte mask : new byte[] {0, -1}) {
        write(first, spec, mask);
        requirePattern(adapter, memory(adapter, fresh, spec), spec, mask);
      }
      if (spec.byteCount() <= LARGEST) {
        requireAlone(adapter, fresh, spec, another);
      }
    } catch (ReadOnlyBufferException e) {
      throw refusal(adapter, spec, "the view of a fresh tensor is read-only", e);
    }
    passed(adapter, kind);
  }

  private static <T> void requireAlone(
      TensorAdapter<T> adapter, T fresh, TensorSpec spec, Supplier<T> another) {
    T other = another.get();
    try {
      write(memory(adapter, other, spec), spec, (byte) 0x55);
      if (!holds(memory(adapter, fresh, spec), spec, (byte) -1)) {
        throw refusal(adapter, spec, "two fresh tensors share their memory", null);
      }
    } finally {
      adapter.release(other);
    }
  }

  private static <T> HostMemory memory(TensorAdapter<T> adapter, T fresh, TensorSpec spec) {
    TensorView view = adapter.view(fresh);
    if (!view.spec().equals(spec)) {
      throw refusal(adapter, spec, "the fresh tensor is " + view.spec(), null);
    }
    if (!view.isContiguous() || view.byteOffset() != 0) {
      throw refusal(
          adapter, spec, "the fresh tensor is not contiguous from the start of its memory", null);
    }
    if (view.memory() instanceof HostMemory memory) {
      return memory;
    }
    throw refusal(adapter, spec, "the fresh tensor is not in host memory", null);
  }

  /** Tries an adapter that copies, there and back, unless that was done. */
  public static <T> void copies(CopyingAdapter<T> adapter, TensorSpec spec) {
    if (spec.byteCount() == 0 || !isDue(adapter, Kind.HOST)) {
      return;
    }
    HostTensor content = HostTensor.zeros(spec);
    HostMemory memory = HostMemory.of(content.bytes());
    write(memory, spec, (byte) 0);
    T tensor = adapter.fromHost(content);
    try {
      write(memory, spec, (byte) -1);
      HostTensor back = adapter.toHost(tensor);
      if (!back.spec().equals(spec)) {
        throw refusal(
            adapter, spec, "toHost(fromHost(content)) is " + back.spec() + " after the way", null);
      }
      if (holds(HostMemory.of(back.bytes()), spec, (byte) -1)) {
        throw refusal(adapter, spec, "the tensor shares the memory of its content", null);
      }
      if (!holds(HostMemory.of(back.bytes()), spec, (byte) 0)) {
        throw refusal(adapter, spec, "toHost(fromHost(content)) has another content", null);
      }
    } finally {
      adapter.release(tensor);
    }
    passed(adapter, Kind.HOST);
  }

  /** The bytes that a trial writes. */
  public static byte[] pattern(TensorSpec spec, byte mask) {
    byte[] bytes = new byte[(int) Math.min(TRIED_BYTES, spec.byteCount())];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (31 * i + 7 ^ mask);
    }
    return bytes;
  }

  private static void write(HostMemory memory, TensorSpec spec, byte mask) {
    byte[] pattern = pattern(spec, mask);
    memory.slice(0, pattern.length).put(pattern);
    memory.slice(spec.byteCount() - pattern.length, pattern.length).put(pattern);
  }

  private static boolean holds(HostMemory memory, TensorSpec spec, byte mask) {
    ByteBuffer expected = ByteBuffer.wrap(pattern(spec, mask));
    int length = expected.remaining();
    boolean isAtEnd = memory.slice(spec.byteCount() - length, length).equals(expected);
    boolean overlap = spec.byteCount() < 2L * length;
    return isAtEnd && (overlap || memory.slice(0, length).equals(expected));
  }

  private static void requirePattern(
      TensorAdapter<?> adapter, HostMemory memory, TensorSpec spec, byte mask) {
    if (!holds(memory, spec, mask)) {
      throw copiesRefused(adapter, spec);
    }
  }

  /** What is thrown when a view is a copy. */
  public static IllegalArgumentException copiesRefused(TensorAdapter<?> adapter, TensorSpec spec) {
    return refusal(
        adapter, spec, "what is written through view(allocate(...)) is not in the tensor", null);
  }

  private static IllegalArgumentException refusal(
      TensorAdapter<?> adapter, TensorSpec spec, String what, @Nullable RuntimeException cause) {
    return new IllegalArgumentException(
        "adapter "
            + adapter.getClass().getName()
            + ": "
            + what
            + " (tried with "
            + spec
            + "). allocate must make a fresh tensor, and view must show its own memory, not a copy;"
            + " for tensors whose memory cannot be shown, extend "
            + CopyingAdapter.class.getName(),
        cause);
  }
}
