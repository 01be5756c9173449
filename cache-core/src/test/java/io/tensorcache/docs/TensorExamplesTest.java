package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.tensor.CopyingAdapter;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.RowCopy;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The examples in the comments of tensors and adapters, run. */
class TensorExamplesTest {
  @Test
  void hostTensor() {
    // begin: host-tensor
    HostTensor x = HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2); // values, then the shape
    HostTensor same = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});
    float[] values = x.floats(); // a copy, row-major
    String text = x.toString(); // float32[2, 2] [1.0, 2.0, 3.0, 4.0]
    // end: host-tensor
    assertArrayEquals(values, same.floats());
    assertEquals("float32[2, 2] [1.0, 2.0, 3.0, 4.0]", text);
  }

  @Test
  void tensorSpec() {
    // begin: tensor-spec
    TensorSpec images = TensorSpec.of(DType.UINT8, 32, 3, 224, 224);
    TensorSpec image = images.row(); // uint8[3, 224, 224]
    long bytes = image.byteCount(); // 150528
    TensorSpec floats = image.withDtype(DType.FLOAT32).batch(8); // float32[8, 3, 224, 224]
    // end: tensor-spec
    assertEquals("uint8[3, 224, 224]", image.toString());
    assertEquals(150528, bytes);
    assertEquals("float32[8, 3, 224, 224]", floats.toString());
  }

  @Test
  void tensorView() {
    // begin: tensor-view
    ByteBuffer buffer = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
    HostMemory memory = HostMemory.of(buffer); // shared, not copied
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 3, 2);
    TensorView rows = TensorView.of(spec, memory);
    TensorView transposed = TensorView.of(spec, new long[] {4, 12}, memory, 0); // byte strides
    byte[] row = new byte[8];
    RowCopy.copy(transposed, 1, row); // the second row, made contiguous
    // end: tensor-view
    assertTrue(rows.isContiguous());
    assertArrayEquals(new byte[8], row);
    buffer.putFloat(4, 1).putFloat(16, 2);
    RowCopy.copy(transposed, 1, row);
    ByteBuffer read = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(1, read.getFloat());
    assertEquals(2, read.getFloat());
  }

  @Test
  void deviceMemory() {
    long address = 0x7f00_0000_0000L;
    long stream = 0;
    // begin: device-memory
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 32, 512);
    DeviceMemory memory = DeviceMemory.of(0, address, spec.byteCount(), stream); // device 0
    TensorView view = TensorView.of(spec, memory); // what an adapter's view returns
    // end: device-memory
    assertEquals(65536, view.memory().byteCount());
  }

  // begin: tensor-adapter
  record Blob(TensorSpec spec, ByteBuffer bytes) {} // an engine's tensor, in a direct buffer

  static final class BlobAdapter implements TensorAdapter<Blob> {
    public Class<Blob> type() {
      return Blob.class;
    }

    public TensorView view(Blob tensor) {
      return TensorView.of(tensor.spec(), HostMemory.of(tensor.bytes())); // no copy
    }

    public Blob allocate(TensorSpec spec, Blob like) {
      return new Blob(spec, ByteBuffer.allocateDirect(Math.toIntExact(spec.byteCount())));
    }

    public void release(Blob tensor) {} // the garbage collector's
  }

  // end: tensor-adapter

  @Test
  void tensorAdapter() {
    HostTensor batch = Squares.batch();
    try (TensorCache cache = TensorCache.builder("blobs").build()) {
      CachedFunction<Blob> same =
          cache.wrap("same", Fingerprint.version("1"), new BlobAdapter(), x -> x);
      Blob blob = new Blob(batch.spec(), batch.bytes());
      assertEquals(batch.bytes(), same.apply(blob).bytes().order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  // begin: copying-adapter
  static final class GridAdapter extends CopyingAdapter<float[][]> {
    public Class<float[][]> type() {
      return float[][].class;
    }

    public HostTensor toHost(float[][] grid) {
      return HostTensor.ofRows(grid);
    }

    public float[][] fromHost(HostTensor content) {
      float[][] grid = new float[(int) content.spec().dim(0)][(int) content.spec().dim(1)];
      float[] values = content.floats();
      for (int row = 0; row < grid.length; row++) {
        System.arraycopy(values, row * grid[row].length, grid[row], 0, grid[row].length);
      }
      return grid;
    }
  }

  // end: copying-adapter

  @Test
  void copyingAdapter() {
    try (TensorCache cache = TensorCache.builder("grids").build()) {
      CachedFunction<float[][]> same =
          cache.wrap("same", Fingerprint.version("1"), new GridAdapter(), x -> x);
      float[][] grid = {{1, 2}, {3, 4}};
      assertArrayEquals(grid, same.apply(grid));
    }
  }
}
