package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An engine whose tensors are used in a stream of their own each, and whose allocator gives memory
 * out that an earlier tensor of the same stream had: what is queued there for that one still runs.
 */
@RequiresStandin
class DeviceStreamsTest {
  private static final int COLUMNS = 60;
  private final List<TensorCacheException> failures = new ArrayList<>();
  private final List<Long> asked = new ArrayList<>();

  private record Tensor(TensorSpec spec, long address, long stream) {
    static Tensor of(float[] values, long... shape) {
      Tensor tensor = new Adapter().allocate(TensorSpec.of(DType.FLOAT32, shape));
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      Standin.write(tensor.stream, tensor.address, bytes.array());
      return tensor;
    }

    float[] floats() {
      byte[] bytes = new byte[(int) spec.byteCount()];
      Standin.read(stream, address, bytes);
      float[] floats = new float[bytes.length / 4];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
      return floats;
    }
  }

  private static final class Adapter implements TensorAdapter<Tensor> {
    @Override
    public Class<Tensor> type() {
      return Tensor.class;
    }

    @Override
    public TensorView view(Tensor tensor) {
      return TensorView.of(
          tensor.spec,
          DeviceMemory.of(0, tensor.address, tensor.spec.byteCount(), tensor.stream, tensor));
    }

    @Override
    public Tensor allocate(TensorSpec spec, Tensor like) {
      return allocate(spec);
    }

    @Override
    public Tensor allocate(TensorSpec spec) {
      long stream = Standin.stream(0);
      long address = Standin.allocate(0, spec.byteCount());
      byte[] earlier = new byte[(int) spec.byteCount()];
      Arrays.fill(earlier, (byte) 0x55);
      for (int i = 0; i < 5; i++) {
        Standin.write(stream, address, earlier);
      }
      return new Tensor(spec, address, stream);
    }

    @Override
    public void release(Tensor tensor) {
      Standin.free(0, tensor.address);
    }
  }

  @BeforeEach
  void begin() {
    Standin.restart(0);
  }

  @AfterEach
  void reset() {
    Standin.reset();
    Standin.restart(0);
  }

  private static float[] values(float scale, int... rows) {
    float[] values = new float[rows.length * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * (rows[i / COLUMNS] + i % COLUMNS / 1000f);
    }
    return values;
  }

  private Outputs<Tensor> compute(Inputs<Tensor> inputs) {
    Tensor input = inputs.tensor(0);
    asked.add(input.spec().dim(0));
    float[] once = input.floats();
    float[] twice = new float[once.length];
    for (int i = 0; i < once.length; i++) {
      twice[i] = 2 * once[i];
    }
    long[] shape = input.spec().shape();
    return Outputs.<Tensor>none()
        .and("once", Tensor.of(once, shape))
        .and("twice", Tensor.of(twice, shape));
  }

  private void check(CachedFunction<Tensor> cached, int... rows) {
    Tensor input = Tensor.of(values(1, rows), rows.length, COLUMNS);
    Outputs<Tensor> outputs = cached.apply(Inputs.of(input));
    assertArrayEquals(values(2, rows), outputs.tensor(1).floats());
    assertArrayEquals(values(1, rows), outputs.tensor(0).floats());
  }

  private CachedFunction<Tensor> wrap(TensorCache cache) {
    return cache
        .function("f", Fingerprint.version("1"), new Adapter())
        .wrapOperation(this::compute);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 20})
  void eachTensorIsFilledInTheOrderOfItsOwnStream(long rowsOnDevice) {
    TensorCacheBuilder builder =
        TensorCache.builder("streams").heap(ByteSize.ofMiB(1)).listener(failures::add);
    if (rowsOnDevice > 0) {
      builder.device(ByteSize.ofBytes(512 * rowsOnDevice)).deviceReserve(ByteSize.ofBytes(0));
    }
    try (TensorCache cache = builder.build()) {
      CachedFunction<Tensor> cached = wrap(cache);
      for (int i = 0; i < 20; i++) {
        check(cached, i, i + 1, 100 + i);
        check(cached, i + 1, i);
        if (rowsOnDevice > 0) {
          cache.moveTo(0);
        }
        check(cached, 100 + i, i, i + 1);
      }
      assertEquals(List.of(), failures);
    }
  }

  /** Only the missing rows are computed: they are gathered on the device first. */
  @Test
  void missingRowsAreGatheredInTheOrderOfBothStreams() {
    try (TensorCache cache =
        TensorCache.builder("streams").heap(ByteSize.ofMiB(1)).listener(failures::add).build()) {
      CachedFunction<Tensor> cached = wrap(cache);
      for (int i = 0; i < 30; i++) {
        check(cached, i, i + 1, i - 1);
      }
      assertEquals(2L, asked.get(asked.size() - 1) + 1, "one new row a call");
      assertEquals(List.of(), failures);
    }
  }
}
