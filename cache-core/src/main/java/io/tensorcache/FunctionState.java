package io.tensorcache;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.stats.FunctionStats;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a cache knows of one named function. Safe for use by several threads. */
final class FunctionState {
  private static final int MOST_PROBED = 64;

  private final String name;
  private final FunctionSettings settings;
  final AheadPolicy aheadPolicy = new AheadPolicy();
  final LongAdder hits = new LongAdder();
  final LongAdder waited = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder rowsComputed = new LongAdder();
  final LongAdder computeNanos = new LongAdder();
  private final Set<String> probed = ConcurrentHashMap.newKeySet(); // code that passed the probe
  private volatile @Nullable KeyPlan lastPlan;
  private volatile @Nullable Group current;
  private volatile @Nullable RowSchema lastSchema;

  FunctionState(String name, FunctionSettings settings) {
    this.name = name;
    this.settings = settings;
  }

  String name() {
    return name;
  }

  FunctionSettings settings() {
    return settings;
  }

  /** The group of this fingerprint; it becomes the current one. */
  Group group(Groups groups, Fingerprint fingerprint) {
    Group last = current;
    if (last == null || !last.fingerprint().equals(fingerprint)) {
      Objects.requireNonNull(
          fingerprint, () -> "function \"" + name + "\": its source gives null as a fingerprint");
      last = groups.of(name, fingerprint);
      current = last;
    }
    return last;
  }

  /** The plan of the last call if this call is of the same kind, else a new one. */
  KeyPlan plan(KeyPlan.Kind kind, CacheCore core) {
    KeyPlan plan = lastPlan;
    if (plan == null || !plan.kind().equals(kind)) {
      plan = KeyPlan.of(core.keys(), kind);
      lastPlan = plan;
    }
    return plan;
  }

  /** True if this code was found to be row by row. */
  boolean isProbed(String code) {
    return probed.contains(code);
  }

  void probed(String code) {
    if (probed.size() >= MOST_PROBED) {
      probed.clear(); // a program that makes new classes all the time
    }
    probed.add(code);
  }

  /** The schema as the one object that earlier rows have, so that rows compare by identity. */
  RowSchema shared(RowSchema schema) {
    RowSchema last = lastSchema;
    if (schema.equals(last)) {
      return last;
    }
    lastSchema = schema;
    return schema;
  }

  /** Mean computing time of a row times hits. */
  long nanosNotSpent() {
    long rows = rowsComputed.sum();
    return rows == 0 ? 0 : (long) ((double) computeNanos.sum() / rows * hits.sum());
  }

  FunctionStats stats(Groups groups) {
    Group now = current;
    return new FunctionStats(
        name,
        hits.sum(),
        waited.sum(),
        misses.sum(),
        rowsComputed.sum(),
        now == null ? 0 : now.rows(),
        now == null ? 0 : groups.others(now).stream().mapToLong(Group::rows).sum(),
        computeNanos.sum());
  }
}
