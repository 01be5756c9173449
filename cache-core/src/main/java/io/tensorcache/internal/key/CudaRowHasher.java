package io.tensorcache.internal.key;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.DeviceBlock;
import io.tensorcache.internal.device.DeviceCopies;
import io.tensorcache.internal.device.KernelKey;
import io.tensorcache.internal.device.ListHash;
import io.tensorcache.internal.device.ListItem;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.RowsInput;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The back end on one CUDA device. Device memory is read in place, after what is in its stream;
 * host memory is copied to the device first. Safe for use by several threads.
 */
final class CudaRowHasher implements RowHasher {
  private static final int PIECE_BYTES = 16 << 20;

  private final Device device;
  private final KernelKey key;

  private CudaRowHasher(Device device, KeyMaterial material) {
    this.device = device;
    this.key = device.newKey(material.words());
  }

  /**
   * Loads the kernels and compares their answers first.
   *
   * @throws DeviceException if they cannot be loaded, or give wrong keys
   */
  static CudaRowHasher openTested(Device device, KeyMaterial material) {
    String failure = device.tested(() -> failure(device));
    if (!failure.isEmpty()) {
      throw new DeviceException(
          device.description()
              + " is refused, it gives wrong keys: "
              + failure
              + "; please report this");
    }
    return new CudaRowHasher(device, material);
  }

  private static String failure(Device device) {
    KeyMaterial publicSeed = KeyMaterial.of(null);
    CudaRowHasher tested = new CudaRowHasher(device, publicSeed);
    String failure = SelfTest.failure(tested);
    return failure.isEmpty() ? SelfTest.difference(tested, new JavaRowHasher(publicSeed)) : failure;
  }

  /** One input of a call. */
  record Rows(DeviceMemory memory, RowLayout layout, long t0, long t1) {}

  /** False for a device that was opened again: nothing of this is there. */
  boolean isOf(Device other) {
    return device == other;
  }

  @Override
  public String name() {
    return "CUDA (" + device.description() + ")";
  }

  @Override
  public void tch1(HostMemory memory, RowLayout layout, long t0, long t1, long[] out) {
    try (DeviceBlock block = copyToDevice(memory)) {
      tch1(List.of(new Rows(uploaded(block, memory), layout, t0, t1)), out);
    }
  }

  @Override
  public void torchcache(HostMemory memory, RowLayout layout, DType dtype, long[] out) {
    try (DeviceBlock block = copyToDevice(memory)) {
      torchcache(uploaded(block, memory), layout, dtype, out);
    }
  }

  /**
   * The keys of all rows of inputs of the same number of rows, in one stream: {@code
   * [input][row][2]}.
   */
  void tch1(List<Rows> inputs, long[] out) {
    long rows = inputs.get(0).layout().rows();
    if (rows == 0) {
      return;
    }
    long stream = inputs.get(0).memory().stream();
    List<DeviceBlock> copies = new ArrayList<>();
    try {
      List<RowsInput> all = new ArrayList<>();
      for (Rows input : inputs) {
        device.requireMemory(input.memory().address(), input.memory().byteCount());
        all.add(walkable(input, copies));
      }
      device.tch1(key, stream, rows, all, out, 0);
    } finally {
      copies.forEach(DeviceBlock::close);
      Reference.reachabilityFence(inputs);
    }
  }

  /** The keys of contiguous single rows of any lengths in one stream, in one launch. */
  long[] tch1OfList(List<Rows> rows) {
    try {
      List<ListItem> items = new ArrayList<>(rows.size());
      for (Rows row : rows) {
        device.requireMemory(row.memory().address(), row.memory().byteCount());
        long address = row.memory().address() + row.layout().firstByte();
        items.add(new ListItem(address, row.layout().readBytes(), row.t0(), row.t1()));
      }
      return ListHash.digests(key, rows.get(0).memory().stream(), items);
    } finally {
      Reference.reachabilityFence(rows);
    }
  }

  /** torchcache's 64-bit hash of every row. */
  void torchcache(DeviceMemory memory, RowLayout layout, DType dtype, long[] out) {
    if (layout.rows() == 0) {
      return;
    }
    List<DeviceBlock> copies = new ArrayList<>();
    try {
      device.requireMemory(memory.address(), memory.byteCount());
      RowsInput rows = walkable(new Rows(memory, layout, 0, 0), copies);
      RowsInput strided =
          new RowsInput(
              rows.address(),
              rows.rowStride(),
              rows.rowBytes(),
              0,
              0,
              layout.step(),
              layout.elementBytes(),
              dtype.code(),
              rows.elementBytes() == 0 ? elementsOf(layout) : rows.dims(),
              rows.elementBytes() == 0 ? new long[] {layout.elementBytes()} : rows.strides());
      device.torchcache(key, memory.stream(), layout.rows(), strided, out);
    } finally {
      copies.forEach(DeviceBlock::close);
      Reference.reachabilityFence(memory);
    }
  }

  /** A row whose elements that are read lie one after another, as one axis. */
  private static long[] elementsOf(RowLayout layout) {
    return new long[] {Math.max(1, layout.readCount() * layout.step())};
  }

  /** The rows as a kernel walks along them; copied inside the device if they have too many axes. */
  private RowsInput walkable(Rows input, List<DeviceBlock> copies) {
    RowLayout layout = input.layout();
    long first = input.memory().address() + layout.firstByte();
    if (layout.isRowContiguous()) {
      return rows(input, first, layout.rowStride(), 0, new long[0], new long[0]);
    }
    if (layout.dims().length <= RowsInput.MAX_AXES) {
      return rows(
          input, first, layout.rowStride(), layout.elementBytes(), layout.dims(), layout.strides());
    }
    long elements = Arrays.stream(layout.dims()).reduce(1, Math::multiplyExact);
    long rowBytes = elements * layout.elementBytes();
    DeviceBlock block = device.allocate(Math.multiplyExact(rowBytes, (long) layout.rows()));
    copies.add(block);
    try (DeviceCopies queue = device.copies(input.memory().stream())) {
      for (long row = 0; row < layout.rows(); row++) {
        queue.copyStrided(
            block.address() + row * rowBytes,
            first + row * layout.rowStride(),
            layout.dims(),
            layout.strides(),
            layout.elementBytes());
      }
    }
    int size = layout.elementBytes();
    return rows(input, block.address(), rowBytes, size, new long[] {elements}, new long[] {size});
  }

  private static RowsInput rows(
      Rows input, long address, long rowStride, int elementBytes, long[] dims, long[] strides) {
    RowLayout layout = input.layout();
    return new RowsInput(
        address,
        rowStride,
        layout.readBytes(),
        input.t0(),
        input.t1(),
        layout.step(),
        elementBytes,
        0,
        dims,
        strides);
  }

  private DeviceMemory uploaded(DeviceBlock block, HostMemory memory) {
    return DeviceMemory.of(device.ordinal(), block.address(), memory.byteCount(), device.stream());
  }

  private DeviceBlock copyToDevice(HostMemory memory) {
    DeviceBlock block = device.allocate(memory.byteCount());
    try {
      copyTo(block, memory);
      return block;
    } catch (RuntimeException | Error e) {
      block.close();
      throw e;
    }
  }

  private void copyTo(DeviceBlock block, HostMemory memory) {
    long bytes = memory.byteCount();
    for (long done = 0; done < bytes; done += PIECE_BYTES) {
      int piece = (int) Math.min(PIECE_BYTES, bytes - done);
      try (PinnedBlock staged = device.pinned(piece)) {
        staged.slice(0, piece).put(memory.slice(done, piece));
        device.upload(staged, block.address() + done, piece, device.stream());
      }
    }
  }
}
