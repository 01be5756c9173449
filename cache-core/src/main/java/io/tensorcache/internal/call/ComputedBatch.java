package io.tensorcache.internal.call;

import io.tensorcache.config.Granularity;
import io.tensorcache.error.FunctionContractException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.StoredDtype;
import io.tensorcache.internal.key.HostCopy;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.RowCopy;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function returned, checked and seen as rows. Does not own the tensors. Confined to one
 * thread.
 */
final class ComputedBatch<T> implements AutoCloseable {
  /** Rows are kept in Java arrays. */
  private static final long LONGEST_ROW = Integer.MAX_VALUE - 4096;

  private final List<TensorView> views; // in host memory once its rows were asked for
  private final List<HostCopy> copies = new ArrayList<>();
  private final RowSchema schema;

  private ComputedBatch(List<TensorView> views, RowSchema schema) {
    this.views = views;
    this.schema = schema;
  }

  /**
   * Checks outputs against the rows that went in.
   *
   * @throws FunctionContractException naming the function and what it returned
   */
  static <T> ComputedBatch<T> of(
      FunctionState function,
      TensorAdapter<T> adapter,
      @Nullable NamedTensors<T> outputs,
      int rows) {
    FunctionSettings settings = function.settings();
    if (outputs == null || outputs.tensors().isEmpty()) {
      throw new FunctionContractException(
          "function \"" + function.name() + "\" returned no output (null?) for " + rows + " rows");
    }
    List<TensorView> views = new ArrayList<>();
    List<RowSchema.Part> parts = new ArrayList<>();
    for (Map.Entry<String, T> output : outputs.tensors().entrySet()) {
      TensorView view = checked(function, adapter, output, rows);
      TensorSpec spec =
          settings.granularity() == Granularity.WHOLE ? view.spec() : view.spec().row();
      views.add(settings.granularity() == Granularity.WHOLE ? view.asSingleRow() : view);
      parts.add(new RowSchema.Part(output.getKey(), spec, settings.storedDType(spec.dtype())));
    }
    return new ComputedBatch<>(views, function.shared(new RowSchema(parts)));
  }

  @SuppressWarnings("ConstantValue")
  private static <T> TensorView checked(
      FunctionState function, TensorAdapter<T> adapter, Map.Entry<String, T> output, int rows) {
    String what = "function \"" + function.name() + "\": output \"" + output.getKey() + "\" ";
    if (output.getValue() == null) {
      throw new FunctionContractException(what + "is null");
    }
    TensorView view = viewOf(adapter, output.getValue(), what);
    if (function.settings().granularity() == Granularity.ROWS) {
      if (view.spec().rank() == 0) {
        throw new FunctionContractException(
            what
                + "is 0-d, for "
                + rows
                + " rows; use Granularity.WHOLE for a value of the whole batch");
      }
      if (view.spec().dim(0) != rows) {
        throw new FunctionContractException(
            what
                + "is "
                + view.spec()
                + ", "
                + view.spec().dim(0)
                + " rows for "
                + rows
                + "; it must return one row for each row it gets, or be wrapped with Granularity.WHOLE");
      }
    }
    return view;
  }

  private static <T> TensorView viewOf(TensorAdapter<T> adapter, T output, String what) {
    try {
      adapter.checkOutput(output);
      return adapter.view(output);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + "cannot be cached: " + e.getMessage(), e);
    }
  }

  RowSchema schema() {
    return schema;
  }

  /** The outputs as they were returned, unless rows were asked for; of {@code WHOLE} as one row. */
  List<TensorView> views() {
    return views;
  }

  /** False for rows too long to be kept anywhere. */
  boolean isStorable() {
    return schema.parts().stream().allMatch(part -> part.spec().byteCount() <= LONGEST_ROW);
  }

  /**
   * Copies one row to its place in a result that is open for this schema; rounded where it is
   * stored narrow and not too long for that.
   */
  void copyRow(int index, ResultBatch<T> result, int row) {
    if (isStorable() && schema.byteCount() != schema.storedByteCount()) {
      result.put(row, row(index, 0));
      return;
    }
    for (int part = 0; part < views.size(); part++) {
      result.copy(part, hostView(part), index, row);
    }
  }

  /** Copies all rows to a result that is open for this schema, on their device if they can be. */
  void copyTo(ResultBatch<T> result, int rows) {
    boolean isRounded = isStorable() && schema.byteCount() != schema.storedByteCount();
    if (isRounded || !result.copyOnDevice(views)) {
      for (int row = 0; row < rows; row++) {
        copyRow(row, result, row);
      }
    }
  }

  /** A copy of one row, in its stored dtype. */
  Row row(int index, int group) {
    byte[][] payloads = new byte[views.size()][];
    for (int part = 0; part < payloads.length; part++) {
      payloads[part] = payload(hostView(part), index, schema.parts().get(part));
    }
    return Row.of(schema, group, payloads);
  }

  /** A copy of one row of which no other is asked for: the outputs stay where they are. */
  Row rowAlone(int index) {
    byte[][] payloads = new byte[views.size()][];
    for (int part = 0; part < payloads.length; part++) {
      TensorView view = views.get(part);
      if (view.memory() instanceof DeviceMemory) {
        try (HostCopy copy = HostCopy.of(view.rowAlone(index))) {
          payloads[part] = payload(copy.view(), 0, schema.parts().get(part));
        }
      } else {
        payloads[part] = payload(view, index, schema.parts().get(part));
      }
    }
    return Row.of(schema, 0, payloads);
  }

  /** An output on a device is copied to the host, when its first row is asked for. */
  private TensorView hostView(int part) {
    if (views.get(part).memory() instanceof DeviceMemory) {
      HostCopy copy = HostCopy.of(views.get(part));
      copies.add(copy);
      views.set(part, copy.view());
    }
    return views.get(part);
  }

  /** Frees the copies on the host; the tensors stay whose they are. */
  @Override
  public void close() {
    Held.closeAll(copies);
  }

  private static byte[] payload(TensorView view, int index, RowSchema.Part part) {
    byte[] bytes = new byte[(int) part.spec().byteCount()];
    RowCopy.copy(view, index, bytes);
    DType dtype = part.spec().dtype();
    return part.storedDtype() == dtype
        ? bytes
        : StoredDtype.encode(ByteBuffer.wrap(bytes), dtype, part.storedDtype());
  }
}
