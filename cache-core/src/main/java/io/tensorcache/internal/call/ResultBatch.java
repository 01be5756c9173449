package io.tensorcache.internal.call;

import io.tensorcache.config.Granularity;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.TensorDraft;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.RowCopy;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fresh tensors a call returns, filled row by row. Allocated when the first row's schema is
 * known; released again unless {@link #finish} is reached. A tensor in device memory is filled on
 * the host and copied as a whole. Confined to one thread.
 */
final class ResultBatch<T> implements AutoCloseable {
  private final TensorAdapter<T> adapter;
  private final Granularity granularity;
  private final T like;
  private final int rows;
  private final List<TensorDraft<T>> drafts = new ArrayList<>();
  private final List<HostMemory> memories = new ArrayList<>();
  private final List<TensorView> views = new ArrayList<>();
  private final List<@Nullable StagedResult> staged = new ArrayList<>(); // null in host memory
  private final @Nullable DeviceCall device; // what fills rows from the device tier
  private final BitSet onHost = new BitSet(); // rows that may have been filled on the host
  private @Nullable RowSchema schema;
  private @Nullable RowTarget wholeTarget; // over all rows, when every tensor fits one buffer
  private ByteBuffer[] wholeBuffers = {};

  private ResultBatch(
      TensorAdapter<T> adapter,
      Granularity granularity,
      T like,
      int rows,
      @Nullable DeviceCall device) {
    this.device = device;
    this.adapter = adapter;
    this.granularity = granularity;
    this.like = like;
    this.rows = rows;
  }

  /**
   * For a call with these inputs.
   *
   * @param device fills rows from the device tier; null if it does not
   */
  static <T> ResultBatch<T> of(
      WrappedFunction<T> function, InputBatch<T> batch, @Nullable DeviceCall device) {
    return new ResultBatch<>(
        function.adapter(),
        function.settings().granularity(),
        batch.inputs().first(),
        batch.rows(),
        device);
  }

  /** Copies of all rows that a function returned for these inputs. */
  static <T> NamedTensors<T> copyOf(
      ComputedBatch<T> computed, WrappedFunction<T> function, InputBatch<T> batch) {
    try (ResultBatch<T> result = of(function, batch, null)) {
      result.open(computed.schema());
      computed.copyTo(result, batch.rows());
      return result.finish();
    }
  }

  boolean isOpen() {
    return schema != null;
  }

  /** Allocates for rows of this schema; false if it is already open for another one. */
  boolean open(RowSchema wanted) {
    if (schema != null) {
      return schema == wanted || schema.equals(wanted);
    }
    try {
      wanted.parts().forEach(this::allocate);
    } catch (RuntimeException | Error e) {
      close(); // as if it had not begun
      throw e;
    }
    schema = wanted;
    return true;
  }

  private void allocate(RowSchema.Part part) {
    TensorSpec spec = granularity == Granularity.WHOLE ? part.spec() : part.spec().batch(rows);
    TensorDraft<T> draft = TensorDraft.of(adapter, spec, like);
    drafts.add(draft);
    TensorView view = draft.view();
    views.add(view);
    staged.add(view.memory() instanceof HostMemory ? null : new StagedResult(view));
  }

  /** What is not filled on the host needs no memory there. */
  private void prepareOnHost() {
    if (!memories.isEmpty()) {
      return;
    }
    boolean small = true;
    for (int part = 0; part < views.size(); part++) {
      StagedResult result = staged.get(part);
      HostMemory memory = result == null ? (HostMemory) views.get(part).memory() : result.memory();
      memories.add(memory);
      small &= memory.byteCount() <= Integer.MAX_VALUE;
    }
    if (small && rows > 0) {
      wholeBuffers = buffers(0, -1);
      wholeTarget = new RowTarget(opened(), wholeBuffers);
    }
  }

  /**
   * Where a row of the schema goes. The same object for each row where possible: use it before
   * asking for the next.
   */
  RowTarget target(int row) {
    RowSchema known = opened();
    prepareOnHost();
    onHost.set(row);
    RowTarget target = wholeTarget;
    return target == null ? new RowTarget(known, buffers(row, 1)) : moved(target, row);
  }

  /**
   * Where rows go that several threads fill, which fill different ones. Each of them asks once;
   * what it gets is used by that thread alone, and not after this batch is finished or closed.
   */
  Supplier<IntFunction<RowTarget>> targetsOfThreads() {
    RowSchema known = opened();
    prepareOnHost(); // here, for all of them
    onHost.set(0, rows); // whichever they fill
    if (wholeTarget == null) {
      return () -> row -> new RowTarget(known, buffers(row, 1));
    }
    return () -> {
      RowTarget own = new RowTarget(known, wholeBuffers);
      return row -> moved(own, row);
    };
  }

  private RowTarget moved(RowTarget target, int row) {
    for (int part = 0; part < wholeBuffers.length; part++) {
      target.at(part, (int) (row * rowBytes(part)));
    }
    return target;
  }

  /** Copies a computed row to its place. */
  void put(int row, Row value) {
    value.copyTo(target(row));
  }

  /** Copies a row out of buffers that hold one part of many rows each, not converted. */
  void put(int row, ByteBuffer[] parts, int index) {
    prepareOnHost();
    onHost.set(row);
    for (int part = 0; part < parts.length; part++) {
      long bytes = rowBytes(part);
      if (wholeTarget != null) {
        wholeBuffers[part].put(
            (int) (row * bytes), parts[part], (int) (index * bytes), (int) bytes);
      } else {
        ByteBuffer target = memories.get(part).slice(row * bytes, (int) bytes);
        target.put(0, parts[part], (int) (index * bytes), (int) bytes);
      }
    }
  }

  /** Bytes of a row as it is stored, before compression. */
  long storedRowBytes() {
    return opened().storedByteCount();
  }

  /** Copies one part of a row of any length and layout to its place. */
  void copy(int part, TensorView source, int sourceRow, int row) {
    prepareOnHost();
    onHost.set(row);
    RowCopy.copy(source, sourceRow, memories.get(part), row * rowBytes(part));
  }

  /** Copies all rows of outputs on the device; false if one does not lie there with its result. */
  boolean copyOnDevice(List<TensorView> outputs) {
    for (int part = 0; part < outputs.size(); part++) {
      if (!DeviceRows.canCopy(outputs.get(part), views.get(part))) {
        return false;
      }
    }
    for (int part = 0; part < outputs.size(); part++) {
      DeviceRows.copy(outputs.get(part), views.get(part));
    }
    return true;
  }

  /** Fills a row with a copy of an earlier one. */
  void copyRow(int from, int to) {
    if (device != null && device.has(from)) {
      device.copyRow(from, to);
      return;
    }
    onHost.set(to);
    for (int part = 0; part < opened().parts().size(); part++) {
      long bytes = rowBytes(part);
      if (wholeTarget != null) {
        wholeBuffers[part].put(
            (int) (to * bytes), wholeBuffers[part], (int) (from * bytes), (int) bytes);
      } else {
        HostMemory memory = memories.get(part);
        memory.slice(to * bytes, (int) bytes).put(memory.slice(from * bytes, (int) bytes));
      }
    }
  }

  private ByteBuffer[] buffers(int row, int count) {
    ByteBuffer[] buffers = new ByteBuffer[memories.size()];
    for (int part = 0; part < buffers.length; part++) {
      HostMemory memory = memories.get(part);
      long bytes = count < 0 ? memory.byteCount() : rowBytes(part);
      buffers[part] = memory.slice(count < 0 ? 0 : row * bytes, (int) bytes);
    }
    return buffers;
  }

  int partCount() {
    return opened().parts().size();
  }

  /** Where one part of a row goes in device memory. */
  long deviceAddress(int part, int row) {
    DeviceMemory memory = (DeviceMemory) views.get(part).memory();
    return memory.address() + views.get(part).byteOffset() + row * rowBytes(part);
  }

  /** The stream in which one part of a result in device memory is used. */
  long stream(int part) {
    return ((DeviceMemory) views.get(part).memory()).stream();
  }

  /** True if all tensors are on this device. */
  boolean isOn(int ordinal) {
    return views.stream()
        .allMatch(
            view -> view.memory() instanceof DeviceMemory memory && memory.device() == ordinal);
  }

  long rowBytes(int part) {
    return opened().parts().get(part).spec().byteCount();
  }

  private RowSchema opened() {
    if (schema == null) {
      throw new IllegalStateException("no row was put yet");
    }
    return schema;
  }

  /**
   * The filled tensors, which are the caller's from here on. Those in device memory are filled when
   * their stream comes to it.
   */
  NamedTensors<T> finish() {
    for (int part = 0; part < staged.size(); part++) {
      StagedResult result = staged.get(part);
      if (result != null && device != null && granularity == Granularity.ROWS) {
        result.upload(onHost, rowBytes(part));
      } else if (result != null) {
        result.upload();
      }
    }
    if (device != null) {
      device.fill(this);
    }
    List<RowSchema.Part> parts = opened().parts();
    List<String> names = new ArrayList<>(parts.size());
    List<T> tensors = new ArrayList<>(parts.size());
    for (int part = 0; part < parts.size(); part++) {
      names.add(parts.get(part).name());
      tensors.add(drafts.get(part).finish());
    }
    NamedTensors<T> outputs = NamedTensors.of(names, tensors);
    drafts.clear();
    return outputs;
  }

  /**
   * Frees what was allocated and not handed out. Needs no memory: it may be what ended the call,
   * and a second such error would hide the first.
   */
  @Override
  public void close() {
    for (int i = 0; i < drafts.size(); i++) {
      discard(drafts.get(i));
    }
    drafts.clear();
    views.clear();
    memories.clear();
    schema = null;
    wholeTarget = null;
    Held.closeAll(staged);
  }

  private static void discard(TensorDraft<?> draft) {
    try {
      draft.discard();
    } catch (RuntimeException | Error e) {
      return; // of the adapter; it may be what ends the call, which must not meet itself
    }
  }
}
