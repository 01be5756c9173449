package io.tensorcache.internal.device;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The tensor of an engine whose memory is the stand-in's. Each thread uses a stream of its own, as
 * an engine's current stream is.
 */
public final class StandinTensor {
  private static final ThreadLocal<Map<List<Integer>, Long>> STREAMS =
      ThreadLocal.withInitial(HashMap::new);
  private static final ThreadLocal<Long> CHOSEN = ThreadLocal.withInitial(() -> -1L);
  private static final AtomicLong LIVE = new AtomicLong();

  private final TensorSpec spec;
  private final int device;
  private final long address;
  private final long[] byteStrides;

  private StandinTensor(TensorSpec spec, int device, long address, long[] byteStrides) {
    this.spec = spec;
    this.device = device;
    this.address = address;
    this.byteStrides = byteStrides;
  }

  /** Undefined content. */
  public static StandinTensor empty(TensorSpec spec, int device) {
    long address = Standin.allocate(device, Math.max(1, spec.byteCount()));
    if (address == 0) {
      throw new IllegalStateException("no device memory for " + spec);
    }
    LIVE.incrementAndGet();
    long[] strides = new long[spec.rank()];
    long step = spec.dtype().byteSize();
    for (int axis = spec.rank() - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= spec.dim(axis);
    }
    return new StandinTensor(spec, device, address, strides);
  }

  /** A float32 tensor that holds these values some time later in this thread's stream. */
  public static StandinTensor of(int device, float[] values, long... shape) {
    StandinTensor tensor = empty(TensorSpec.of(DType.FLOAT32, shape), device);
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    if (values.length > 0) {
      Standin.write(stream(device), tensor.address, bytes.array());
    }
    return tensor;
  }

  /** The same memory with the last two axes exchanged. */
  public StandinTensor transposed() {
    long[] shape = spec.shape();
    long[] strides = byteStrides.clone();
    int last = shape.length - 1;
    shape[last] = spec.dim(last - 1);
    shape[last - 1] = spec.dim(last);
    strides[last] = byteStrides[last - 1];
    strides[last - 1] = byteStrides[last];
    return new StandinTensor(TensorSpec.of(spec.dtype(), shape), device, address, strides);
  }

  /** Makes this thread use one of the streams that have a number; a stream of its own for -1. */
  public static void useStream(long number) {
    CHOSEN.set(number);
  }

  /** The stream of this thread. */
  public static long stream(int device) {
    return CHOSEN.get() >= 0 ? CHOSEN.get() : ownStream(device);
  }

  private static long ownStream(int device) {
    return STREAMS
        .get()
        .computeIfAbsent(List.of(device, Standin.contexts()), key -> Standin.stream(device));
  }

  public TensorSpec spec() {
    return spec;
  }

  public int device() {
    return device;
  }

  /** The elements in row-major order of the memory, after everything in this thread's stream. */
  public float[] floats() {
    byte[] bytes = new byte[(int) spec.byteCount()];
    Standin.read(stream(device), address, bytes);
    FloatBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] floats = new float[values.remaining()];
    values.get(floats);
    return floats;
  }

  public void close() {
    LIVE.decrementAndGet();
    Standin.free(device, address);
  }

  /** Tensors that were made and not closed. */
  public static long live() {
    return LIVE.get();
  }

  /** An adapter as an engine module has it. */
  public static final class Adapter implements TensorAdapter<StandinTensor> {
    @Override
    public Class<StandinTensor> type() {
      return StandinTensor.class;
    }

    @Override
    public TensorView view(StandinTensor tensor) {
      DeviceMemory memory =
          DeviceMemory.of(
              tensor.device,
              tensor.address,
              tensor.spec.byteCount(),
              stream(tensor.device),
              tensor);
      return TensorView.of(tensor.spec, tensor.byteStrides, memory, 0);
    }

    @Override
    public StandinTensor allocate(TensorSpec spec, StandinTensor like) {
      return empty(spec, like.device);
    }

    @Override
    public void release(StandinTensor tensor) {
      tensor.close();
    }
  }
}
