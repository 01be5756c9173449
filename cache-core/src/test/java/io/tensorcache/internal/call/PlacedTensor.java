package io.tensorcache.internal.call;

import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A float32 tensor in the stand-in's memory, in a device, stream and layout that a test chooses.
 */
record PlacedTensor(TensorView view) {
  /** Contiguous; holds these values some time later in the stream. */
  static PlacedTensor of(int device, long stream, float[] values, long... shape) {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, shape);
    DeviceMemory memory = memory(device, stream, 4L * values.length);
    if (values.length > 0) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      Standin.write(stream, memory.address(), bytes.array());
    }
    return new PlacedTensor(TensorView.of(spec, memory));
  }

  static DeviceMemory memory(int device, long stream, long bytes) {
    long address = Standin.allocate(device, Math.max(1, bytes));
    return DeviceMemory.of(device, address, bytes, stream);
  }

  DeviceMemory memory() {
    return (DeviceMemory) view.memory();
  }

  /** Another layout of the same memory. */
  PlacedTensor seen(long[] shape, long[] strides, long offset) {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, shape);
    return new PlacedTensor(TensorView.of(spec, strides, memory(), offset));
  }

  /** All its memory, after everything in its stream. */
  float[] floats() {
    byte[] bytes = new byte[(int) memory().byteCount()];
    Standin.read(memory().stream(), memory().address(), bytes);
    float[] floats = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  void free() {
    Standin.free(memory().device(), memory().address());
  }

  /** The engine of such tensors: what it allocates, a test chooses. */
  static final class Adapter implements TensorAdapter<PlacedTensor> {
    Function<TensorSpec, PlacedTensor> allocation;
    final List<PlacedTensor> released = new ArrayList<>();

    /** Allocates in this stream. */
    Adapter(int device, long stream) {
      allocation =
          spec -> new PlacedTensor(TensorView.of(spec, memory(device, stream, spec.byteCount())));
    }

    @Override
    public Class<PlacedTensor> type() {
      return PlacedTensor.class;
    }

    @Override
    public TensorView view(PlacedTensor tensor) {
      return tensor.view;
    }

    @Override
    public PlacedTensor allocate(TensorSpec spec, PlacedTensor like) {
      return allocation.apply(spec);
    }

    @Override
    public void release(PlacedTensor tensor) {
      released.add(tensor);
    }
  }
}
