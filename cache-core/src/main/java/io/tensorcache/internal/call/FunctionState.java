package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.FunctionNote;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.Groups;
import io.tensorcache.internal.rows.RowPlaces;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.tensor.TensorKey;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a cache knows of one named function. Safe for use by several threads. */
public final class FunctionState {
  private static final int MOST_PROBED = 64;
  private static final long MOST_NOTED = 1_000_000;

  private final String name;
  private final FunctionSettings settings;
  private final RowPlaces places;
  public final AheadPolicy aheadPolicy = AheadPolicy.ofReadingAhead();
  final AheadPolicy sharing = AheadPolicy.ofSharing(); // of rows in memory
  final LongAdder hits = new LongAdder();
  final LongAdder waited = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder rowsComputed = new LongAdder();
  final LongAdder computeNanos = new LongAdder();
  private final Set<String> probed = ConcurrentHashMap.newKeySet(); // code that passed the probe
  private final Set<Thread> probing = ConcurrentHashMap.newKeySet();
  private volatile @Nullable KeyPlan lastPlan;
  private volatile @Nullable Group current;
  private volatile @Nullable FunctionNote earlier; // of another program
  private volatile long noted; // rows computed when a note was taken last
  private volatile @Nullable RowSchema lastSchema;

  FunctionState(String name, FunctionSettings settings, RowPlaces places) {
    this.name = name;
    this.settings = settings;
    this.places = places;
  }

  public String name() {
    return name;
  }

  FunctionSettings settings() {
    return settings;
  }

  /** Where its rows lie. */
  RowPlaces places() {
    return places;
  }

  /** The group of this fingerprint; it becomes the current one. */
  Group group(Groups groups, ComputationDigest fingerprint) {
    Group last = current;
    if (last == null || !last.fingerprint().equals(fingerprint)) {
      last = groups.of(name, fingerprint);
      current = last;
    }
    return last;
  }

  /** The plan of the last call if this call is of the same kind, else null. */
  @Nullable KeyPlan plan(TensorKey fingerprint, InputBatch<?> batch) {
    KeyPlan plan = lastPlan;
    NamedTensors<?> inputs = batch.inputs();
    boolean isSame =
        plan != null
            && plan.isOf(fingerprint, inputs.tensors().keySet(), batch.views(), inputs.arguments());
    return isSame ? plan : null;
  }

  /** Makes the plan of another kind of call, and keeps it for the next. */
  KeyPlan newPlan(KeyPlan.Kind kind, RowKeys keys) {
    KeyPlan plan = KeyPlan.of(keys, kind);
    lastPlan = plan;
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

  /** Begins a probe; false if this thread is in one: the function calls itself. */
  boolean beginProbe() {
    return probing.add(Thread.currentThread());
  }

  void endProbe() {
    probing.remove(Thread.currentThread());
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

  /** What an earlier program measured, if it did. */
  void isKnownFromEarlier(@Nullable FunctionNote note) {
    if (note != null && note.rows() > 0) {
      earlier = note;
    }
  }

  /** Mean computing time of a row, in this program and earlier ones; empty if none was computed. */
  private OptionalDouble rowNanos() {
    FunctionNote before = earlier;
    long rows = rowsComputed.sum() + (before == null ? 0 : before.rows());
    long nanos = computeNanos.sum() + (before == null ? 0 : before.nanos());
    return rows == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) nanos / rows);
  }

  /**
   * What a later program should know; null if that is nothing.
   *
   * @param onlyNews whether nothing is to be told before twice as many rows were computed
   */
  @Nullable FunctionNote note(boolean onlyNews) {
    Group now = current;
    String code = now == null ? null : now.code();
    long computed = rowsComputed.sum();
    if (code == null || onlyNews && computed < 2 * noted) {
      return null;
    }
    noted = Math.max(1, computed);
    FunctionNote before = earlier;
    long rows = computed + (before == null ? 0 : before.rows());
    long nanos = computeNanos.sum() + (before == null ? 0 : before.nanos());
    boolean isOld = rows > MOST_NOTED; // so that a faster machine shows
    return new FunctionNote(
        now.provenance(),
        isOld ? rows / 2 : rows,
        isOld ? nanos / 2 : nanos,
        WrappedCode.lasting(code));
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
        computeNanos.sum(),
        rowNanos());
  }
}
