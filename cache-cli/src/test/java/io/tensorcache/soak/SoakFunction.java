package io.tensorcache.soak;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.FingerprintSource;
import io.tensorcache.FunctionBuilder;
import io.tensorcache.Inputs;
import io.tensorcache.Outputs;
import io.tensorcache.TensorCache;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One cached function of the soak, and what it must return. Safe for use by several threads. */
final class SoakFunction {
  /** What is asked of a function. */
  enum Kind {
    PLAIN(3, 128),
    DURABLE(6, 64),
    NARROW(4, 128),
    PAIR(2, 64),
    WHOLE(4, 16),
    EXACT(2, 32),
    NESTED(1, 64),
    LONG(512, 4);

    final int columns;
    final int mostRows;

    Kind(int columns, int mostRows) {
      this.columns = columns;
      this.mostRows = mostRows;
    }

    int outputs() {
      return this == PAIR ? 2 : 1;
    }

    long value(int version, long id, int column, int output) {
      return this == NESTED
          ? SoakValues.value(INNER, 0, id, 0) + 1
          : SoakValues.value(ordinal(), version, id, column + 100 * output);
    }

    float smallValue(int version, long id, int column) {
      return SoakValues.smallValue(ordinal(), version, id, column);
    }

    long whole(int version, long[] ids, int column) {
      long sum = 0;
      for (long id : ids) {
        sum = sum * 31 + value(version, id, column, 0);
      }
      return sum;
    }
  }

  /** Stands for the function within {@link Kind#NESTED} in its values. */
  private static final int INNER = 99;

  private final Kind kind;
  private final SoakCounts counts;
  private final AtomicInteger version;
  private final CachedFunction<HostTensor> cached;
  private final @Nullable CachedFunction<HostTensor> inner;

  SoakFunction(Kind kind, TensorCache cache, SoakCounts counts, AtomicInteger version) {
    this.kind = kind;
    this.counts = counts;
    this.version = version;
    this.inner =
        kind == Kind.NESTED
            ? cache.wrap("inner", Fingerprint.version("0"), HostTensor.adapter(), this::innerOf)
            : null;
    FingerprintSource source =
        () -> Fingerprint.version(kind == Kind.NESTED ? "0" : "" + version.get());
    FunctionBuilder<HostTensor> builder =
        cache.function("f" + kind.ordinal(), source, HostTensor.adapter());
    switch (kind) {
      case DURABLE, PAIR, LONG -> builder.persisting(true);
      case NARROW -> builder.storeAs(DType.FLOAT16);
      case WHOLE -> builder.granularity(Granularity.WHOLE);
      case EXACT -> builder.onPartialMiss(PartialMiss.RECOMPUTE_BATCH);
      default -> {}
    }
    this.cached = builder.wrapOperation(this::compute);
  }

  Kind kind() {
    return kind;
  }

  /** Asks for these rows and checks what comes. */
  void check(long[] ids) {
    long[] input = new long[2 * ids.length];
    for (int row = 0; row < ids.length; row++) {
      input[2 * row] = ids[row];
      input[2 * row + 1] = ~ids[row];
    }
    int before = version.get();
    Outputs<HostTensor> outputs = cached.apply(Inputs.of(HostTensor.ofLongs(input, ids.length, 2)));
    int after = version.get();
    check(new SoakRows(kind, outputs), ids, before, after);
    counts.lookUps.add(kind == Kind.WHOLE ? 1 : ids.length); // not what no memory is left to check
  }

  private void check(SoakRows rows, long[] ids, int before, int after) {
    String seen = "";
    for (int candidate = before; candidate <= after; candidate++) {
      seen = rows.difference(ids, candidate);
      if (seen.isEmpty()) {
        return;
      }
    }
    if (before == after || !rows.isEachOfOne(ids, before, after)) {
      counts.wrong(kind + " version " + before + " to " + after + ": " + seen);
    }
  }

  private HostTensor innerOf(HostTensor input) {
    long[] rows = input.longs();
    long[] values = new long[rows.length / 2];
    for (int row = 0; row < values.length; row++) {
      values[row] = SoakValues.value(INNER, 0, rows[2 * row], 0);
    }
    return HostTensor.ofLongs(values, values.length, 1);
  }

  private Outputs<HostTensor> compute(Inputs<HostTensor> inputs) {
    int of = version.get();
    long[] rows = inputs.tensor(0).longs();
    int count = rows.length / 2;
    counts.computed.add(count);
    if (inner != null) {
      long[] values = inner.apply(inputs.tensor(0)).longs();
      for (int row = 0; row < count; row++) {
        values[row]++;
      }
      return Outputs.of(HostTensor.ofLongs(values, count, 1));
    }
    if (kind == Kind.WHOLE) {
      long[] ids = new long[count];
      for (int row = 0; row < count; row++) {
        ids[row] = rows[2 * row];
      }
      long[] values = new long[kind.columns];
      for (int column = 0; column < kind.columns; column++) {
        values[column] = kind.whole(of, ids, column);
      }
      return Outputs.of(HostTensor.ofLongs(values, 1, kind.columns));
    }
    return kind == Kind.NARROW ? narrow(rows, of) : wide(rows, of);
  }

  private Outputs<HostTensor> narrow(long[] rows, int of) {
    float[] values = new float[rows.length / 2 * kind.columns];
    for (int i = 0; i < values.length; i++) {
      long id = rows[2 * (i / kind.columns)];
      values[i] = kind.smallValue(of, id, i % kind.columns);
    }
    return Outputs.of(HostTensor.ofFloats(values, rows.length / 2, kind.columns));
  }

  private Outputs<HostTensor> wide(long[] rows, int of) {
    HostTensor[] outputs = new HostTensor[kind.outputs()];
    for (int output = 0; output < outputs.length; output++) {
      long[] values = new long[rows.length / 2 * kind.columns];
      for (int i = 0; i < values.length; i++) {
        long id = rows[2 * (i / kind.columns)];
        values[i] = kind.value(of, id, i % kind.columns, output);
      }
      outputs[output] = HostTensor.ofLongs(values, rows.length / 2, kind.columns);
    }
    return Outputs.of(outputs);
  }
}
