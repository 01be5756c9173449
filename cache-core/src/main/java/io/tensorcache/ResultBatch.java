package io.tensorcache;

import io.tensorcache.config.Granularity;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.RowCopy;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
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
  private final List<T> tensors = new ArrayList<>();
  private final List<HostMemory> memories = new ArrayList<>();
  private final List<StagedResult> staged = new ArrayList<>(); // of tensors in device memory
  private @Nullable RowSchema schema;
  private @Nullable RowTarget wholeTarget; // over all rows, when every tensor fits one buffer
  private ByteBuffer[] wholeBuffers = {};

  ResultBatch(TensorAdapter<T> adapter, Granularity granularity, T like, int rows) {
    this.adapter = adapter;
    this.granularity = granularity;
    this.like = like;
    this.rows = rows;
  }

  boolean isOpen() {
    return schema != null;
  }

  /** Allocates for rows of this schema; false if it is already open for another one. */
  boolean open(RowSchema wanted) {
    if (schema != null) {
      return schema == wanted || schema.equals(wanted);
    }
    boolean small = true;
    for (RowSchema.Part part : wanted.parts()) {
      TensorSpec spec = granularity == Granularity.WHOLE ? part.spec() : part.spec().batch(rows);
      T tensor = adapter.allocate(spec, like);
      tensors.add(tensor);
      TensorView view = adapter.view(tensor);
      HostMemory memory = memory(view);
      memories.add(memory);
      small &= memory.byteCount() <= Integer.MAX_VALUE;
    }
    schema = wanted;
    if (small && rows > 0) {
      wholeBuffers = buffers(0, -1);
      wholeTarget = new RowTarget(wanted, wholeBuffers);
    }
    return true;
  }

  private HostMemory memory(TensorView view) {
    if (view.memory() instanceof HostMemory host) {
      return host;
    }
    StagedResult result = new StagedResult(view);
    staged.add(result);
    return result.memory();
  }

  /**
   * Where a row of the schema goes. The same object for each row where possible: use it before
   * asking for the next.
   */
  RowTarget target(int row) {
    RowSchema known = opened();
    RowTarget target = wholeTarget;
    return target == null ? new RowTarget(known, buffers(row, 1)) : moved(target, row);
  }

  /**
   * The same for one of several threads that fill different rows: what it returns is used by that
   * thread alone, and not after this batch is finished or closed.
   */
  IntFunction<RowTarget> newTargets() {
    RowSchema known = opened();
    if (wholeTarget == null) {
      return row -> new RowTarget(known, buffers(row, 1));
    }
    RowTarget own = new RowTarget(known, wholeBuffers);
    return row -> moved(own, row);
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

  /** Copies one part of a row of any length and layout to its place. */
  void copy(int part, TensorView source, int sourceRow, int row) {
    RowCopy.copy(source, sourceRow, memories.get(part), row * rowBytes(part));
  }

  /** Fills a row with a copy of an earlier one. */
  void copyRow(int from, int to) {
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

  private long rowBytes(int part) {
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
  Outputs<T> finish() {
    staged.forEach(StagedResult::upload);
    List<String> names = opened().parts().stream().map(RowSchema.Part::name).toList();
    Outputs<T> outputs = Outputs.of(names, tensors);
    tensors.clear();
    return outputs;
  }

  /** Frees what was allocated and not handed out. */
  @Override
  public void close() {
    tensors.forEach(adapter::release);
    tensors.clear();
    staged.forEach(StagedResult::close);
    staged.clear();
    memories.clear();
    schema = null;
    wholeTarget = null;
  }
}
