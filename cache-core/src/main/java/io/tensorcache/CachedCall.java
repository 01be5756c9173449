package io.tensorcache;

import io.tensorcache.config.PartialMiss;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call of a cached function: keys, look-ups, one computation of what is missing, one result.
 * Confined to one thread.
 *
 * <pre>
 * inputs ── keys ── look up each distinct row ──────────────────────────────► result
 *                        │ missing
 *                        ├─ claimed here ──── one call of the function, store ──► result
 *                        └─ in flight elsewhere ──────────── wait ──────────────► result
 * </pre>
 */
final class CachedCall<T> {
  private final CacheCore core;
  private final FunctionState function;
  private final FunctionSettings settings;
  private final SourceWatch watch;
  private final SourceWatch.Look look; // at the begin
  private final Group group;
  private final TensorAdapter<T> adapter;
  private final FunctionCall<T> call;
  private final Inputs<T> inputs;
  private final List<TensorView> views;
  private final int rows;
  private final @Nullable PersistedRows persisted; // null if the function does not persist
  private final LookupCount found = new LookupCount();
  private @Nullable DeviceCall device; // null if the device tier has no part in this
  private @Nullable BitSet hits; // distinct rows found at first, if hits are verified
  private int counted; // rows whose miss was counted
  private boolean alone; // computes what it misses without waiting for others

  CachedCall(
      CacheCore core,
      FunctionState function,
      SourceWatch watch,
      TensorAdapter<T> adapter,
      TensorOperation<T> operation,
      Inputs<T> inputs) {
    this.core = core;
    this.function = function;
    this.settings = function.settings();
    this.watch = watch;
    this.look = watch.look();
    this.persisted = core.persisted(settings);
    this.group = function.group(core.groups(), look.fingerprint());
    this.adapter = adapter;
    this.call = new FunctionCall<>(core, function, adapter, operation);
    this.inputs = inputs;
    this.views = InputViews.of(function, adapter, inputs);
    this.rows = InputViews.rows(function, views);
  }

  /** The group of its rows. */
  Group group() {
    return group;
  }

  /**
   * The outputs. After the failure of a device, what the function returns by itself: nothing is
   * copied then, so that nothing of ours can fail again. Throws what the function threw.
   */
  Outputs<T> outputs() {
    try {
      return run();
    } catch (DeviceException e) {
      if (call.threw(e)) {
        throw e;
      }
      core.failed(e);
      core.recorder().miss(function, MissReason.DEVICE, rows - counted);
      return call.outputs(inputs, rows);
    }
  }

  private Outputs<T> run() {
    if (rows == 0 || !settings.level().isStoredAt(core.config().level())) {
      core.recorder().miss(function, MissReason.LEVEL, rows);
      counted = rows;
      try (ComputedBatch<T> computed = call.compute(inputs, rows)) {
        return copyOf(computed);
      }
    }
    BatchKeys keys = keys();
    core.recorder().duplicates.add(rows - keys.distinct());
    try (DeviceCall ofDevice = DeviceCall.of(core, views.get(0));
        ResultBatch<T> result = newResult(ofDevice)) {
      device = ofDevice;
      RowList missing = lookUp(keys, result);
      if (settings.checks().verifies()) {
        hits = HitCheck.hits(keys, missing);
      }
      if (found.sawOtherShape()) {
        return recompute(keys, missing, null);
      }
      return missing.isEmpty() ? finish(keys, result) : resolve(keys, missing, result);
    }
  }

  /**
   * Starts reading what disk tier and store have of the rows, for the same call later. {@code
   * startNanos} is when this began.
   */
  void prefetch(long startNanos) {
    if (rows > 0 && settings.level().isStoredAt(core.config().level())) {
      core.readAhead().submit(keys().distinctKeys(), persisted, startNanos);
    }
  }

  private ResultBatch<T> newResult(@Nullable DeviceCall ofDevice) {
    return new ResultBatch<>(adapter, settings.granularity(), inputs.tensor(0), rows, ofDevice);
  }

  /** Copies what will not be stored: the function may hold on to what it returned. */
  private Outputs<T> copyOf(ComputedBatch<T> computed) {
    try (ResultBatch<T> result = newResult(null)) {
      result.open(computed.schema());
      computed.copyTo(result, rows);
      return result.finish();
    }
  }

  private BatchKeys keys() {
    return BatchKeys.of(core, function, group, inputs, views, rows);
  }

  /** Copies what is stored to the result and lists the distinct rows that are not. */
  private RowList lookUp(BatchKeys keys, ResultBatch<T> result) {
    long start = System.nanoTime();
    RowList distinct = keys.distinctRows();
    core.dropOld(keys, settings, group);
    RowList wanted = device == null ? distinct : device.lookUp(keys, distinct, result, found);
    RowList missing = new RowList();
    AheadBatch taken = core.takeAhead(keys);
    try (AheadBatch ahead = taken) {
      for (int i = 0, next = 0; next < wanted.size(); i++) {
        int row = distinct.get(i);
        if (row == wanted.get(next)) {
          next++;
          boolean isHit = ahead != null && ahead.copy(i, row, core, result, found);
          if (!isHit && !readInto(keys.key(row), row, result)) {
            missing.add(row);
          }
        }
      }
    }
    if (persisted != null && !missing.isEmpty() && !found.sawOtherShape()) {
      missing = persisted.read(keys, missing, result, found, function, group);
    }
    long nanos = System.nanoTime() - start;
    core.recorder().loadNanos.add(nanos);
    if (missing.isEmpty() && function.aheadPolicy.isAsked() && found.fromDisk() > 0) {
      measured(nanos, taken, distinct.size());
    }
    return missing;
  }

  private void measured(long nanos, @Nullable AheadBatch ahead, int distinct) {
    if (ahead == null) {
      function.aheadPolicy.readDirectly((double) nanos / distinct);
    } else {
      function.aheadPolicy.readAhead((double) (nanos + ahead.costNanos()) / distinct);
    }
  }

  private boolean readInto(TensorKey key, int row, ResultBatch<T> result) {
    if (device != null && !core.tiers().contains(key)) {
      return false; // without memory on the host for a result that may not need it
    }
    if (!result.isOpen()) {
      RowSchema schema = core.tiers().schema(key);
      if (schema == null) {
        return false;
      }
      result.open(schema);
    }
    return found.add(row, core.tiers().read(key, result.target(row)));
  }

  /** Computes the missing rows, or takes them from the threads that do. */
  private Outputs<T> resolve(BatchKeys keys, RowList missing, ResultBatch<T> result) {
    RowList left = missing;
    alone = core.inFlight().isInsideFunction() || Thread.currentThread().isInterrupted();
    while (!left.isEmpty()) {
      InFlight.Owner owner = new InFlight.Owner();
      try (Claims claims = Claims.of(core.inFlight(), owner, keys, left, alone)) {
        RowList mine = lookUpAgain(keys, claims, result);
        boolean whole =
            found.sawOtherShape() || settings.partialMiss() == PartialMiss.RECOMPUTE_BATCH;
        if (!mine.isEmpty() && (whole || !computeMissing(keys, mine, claims, result))) {
          Outputs<T> outputs = recompute(keys, mine, claims);
          core.recorder().miss(function, MissReason.IN_FLIGHT, claims.awaited().size());
          return outputs;
        }
        claims.landRest();
        RowList failed = await(claims.awaited(), result);
        if (failed == null) {
          return recompute(keys, new RowList(), null);
        }
        left = failed;
      } finally {
        owner.hasEnded = true;
      }
    }
    return finish(keys, result);
  }

  /** A row may have been stored between the first look-up and the claim. */
  private RowList lookUpAgain(BatchKeys keys, Claims claims, ResultBatch<T> result) {
    RowList mine = new RowList();
    RowList wanted = device == null ? claims.mine() : device.lookUp(keys, claims, result, found);
    for (int i = 0; i < wanted.size(); i++) {
      int row = wanted.get(i);
      if (core.tiers().contains(keys.key(row)) && readInto(keys.key(row), row, result)) {
        claims.land(row, null);
      } else {
        mine.add(row);
      }
    }
    return persisted == null ? mine : lookUpAgain(persisted, keys, mine, claims, result);
  }

  private RowList lookUpAgain(
      PersistedRows durable, BatchKeys keys, RowList mine, Claims claims, ResultBatch<T> result) {
    boolean none = true;
    for (int i = 0; i < mine.size() && none; i++) {
      none = !durable.contains(keys.key(mine.get(i)));
    }
    if (none) {
      return mine;
    }
    RowList missing = durable.read(keys, mine, result, found, function, group);
    claims.landFound(mine, missing);
    return missing;
  }

  /** The rows whose computation failed elsewhere; null if a row has another shape than the rest. */
  private @Nullable RowList await(Map<Integer, InFlight.Flight> flights, ResultBatch<T> result) {
    RowList failed = new RowList();
    int taken = 0;
    for (Map.Entry<Integer, InFlight.Flight> flight : flights.entrySet()) {
      boolean hopeless = alone && !flight.getValue().hasLanded(); // wait once, not once per row
      Row row = hopeless ? null : flight.getValue().await();
      if (row == null) {
        failed.add(flight.getKey());
        alone |= !flight.getValue().hasLanded();
      } else if (result.open(row.schema())) {
        found.addWaited();
        result.put(flight.getKey(), row);
        taken++;
      } else {
        core.recorder().miss(function, MissReason.OTHER_SHAPE, flights.size() - taken);
        return null;
      }
    }
    return failed;
  }

  /** One call of the function for these rows; false if its rows do not fit the result. */
  private boolean computeMissing(
      BatchKeys keys, RowList mine, Claims claims, ResultBatch<T> result) {
    boolean all = mine.size() == rows;
    RowProbe<T> probe = new RowProbe<>(function, adapter, call, mine.size());
    probe.begin(inputs, views, mine::get);
    List<T> gathered = all ? List.of() : call.gather(inputs, views, mine);
    try (ComputedBatch<T> computed =
        call.compute(all ? inputs : inputs.withTensors(gathered), mine.size())) {
      if (!result.open(computed.schema())) {
        return false;
      }
      probe.end(computed, () -> watch.isStill(look));
      MissReasons.count(core, function, group, keys, mine, found);
      counted += mine.size();
      if (computed.isStorable()) {
        store(computed, keys, mine, claims, result);
      } else {
        core.recorder().rowsNotAdmitted.add(mine.size());
        for (int i = 0; i < mine.size(); i++) {
          computed.copyRow(i, result, mine.get(i));
        }
      }
      return true;
    } finally {
      gathered.forEach(adapter::release);
    }
  }

  /** Stores the computed rows, puts them into the result and hands them to who waits for them. */
  private void store(
      ComputedBatch<T> computed,
      BatchKeys keys,
      RowList mine,
      Claims claims,
      ResultBatch<T> result) {
    boolean unchanged = mayStore(keys, mine);
    long start = System.nanoTime();
    for (int i = 0; i < mine.size() && device != null; i++) {
      core.enters(keys.key(mine.get(i)), settings);
    }
    Set<TensorKey> onDevice =
        device == null || !unchanged ? Set.of() : device.put(keys, mine, computed, group, result);
    for (int i = 0; i < mine.size(); i++) {
      boolean isOnDevice = onDevice.contains(keys.key(mine.get(i)));
      if (isOnDevice && persisted == null) {
        claims.land(mine.get(i), null); // who waits for it finds it there
        continue;
      }
      Row row = computed.row(i, group.number());
      if (!isOnDevice) {
        result.put(mine.get(i), row);
      }
      if (unchanged) {
        core.store(keys.key(mine.get(i)), row, group, settings);
      }
      claims.land(mine.get(i), unchanged ? row : null);
    }
    watch.stored(look, group, keys, mine);
    core.recorder().storeNanos.add(System.nanoTime() - start);
  }

  /**
   * Calls the function for the batch as it came, stores what was missing and returns copies of all
   * its rows.
   */
  private Outputs<T> recompute(BatchKeys keys, RowList missing, @Nullable Claims claims) {
    RowProbe<T> probe = new RowProbe<>(function, adapter, call, rows);
    probe.begin(inputs, views, row -> row);
    try (ComputedBatch<T> computed = call.compute(inputs, rows)) {
      probe.end(computed, () -> watch.isStill(look));
      return recompute(computed, keys, missing, claims);
    }
  }

  private Outputs<T> recompute(
      ComputedBatch<T> computed, BatchKeys keys, RowList missing, @Nullable Claims claims) {
    found.reportRecomputed(core.recorder(), function);
    MissReasons.count(core, function, group, keys, missing, found);
    counted = rows;
    if (!computed.isStorable()) {
      core.recorder().rowsNotAdmitted.add(missing.size());
      return copyOf(computed);
    }
    boolean unchanged = mayStore(keys, missing);
    long start = System.nanoTime();
    try (ResultBatch<T> result = newResult(null)) {
      result.open(computed.schema());
      for (int row = 0, next = 0; row < rows; row++) {
        Row value = computed.row(row, group.number());
        result.put(row, value);
        if (next < missing.size() && missing.get(next) == row) {
          next++;
          if (unchanged) {
            core.store(keys.key(row), value, group, settings);
          }
          if (claims != null) {
            claims.land(row, unchanged ? value : null);
          }
        }
      }
      watch.stored(look, group, keys, missing);
      core.recorder().storeNanos.add(System.nanoTime() - start);
      return result.finish();
    }
  }

  /** If the weights changed while the function ran, there and back too, its rows are nobody's. */
  private boolean mayStore(BatchKeys keys, RowList toStore) {
    boolean unchanged = watch.isStill(look);
    if (unchanged) {
      watch.storing(group, keys, toStore);
    } else {
      core.recorder().rowsNotAdmitted.add(toStore.size());
    }
    return unchanged;
  }

  private Outputs<T> finish(BatchKeys keys, ResultBatch<T> result) {
    if (keys.distinct() < rows) {
      for (int row = 0; row < rows; row++) {
        if (keys.firstOf(row) != row) {
          result.copyRow(keys.firstOf(row), row);
        }
      }
    }
    Outputs<T> outputs = result.finish();
    found.reportHits(core.recorder(), function);
    return hits == null
        ? outputs
        : new HitCheck<>(core, function, group, adapter, call, inputs, views, rows)
            .check(() -> watch.isStill(look), keys, hits, outputs);
  }
}
