package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.rows.RowPlaces;
import io.tensorcache.tensor.TensorKey;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Computes rows that one call misses, by one call of the function each time; stores them, puts them
 * into the result and hands them to who waits for them. Confined to one thread.
 */
final class ComputedRows<T> {
  private final KeyedBatch<T> batch;
  private final WrappedFunction<T> function;
  private final RowPlaces places;
  private final FunctionCall<T> call;
  private final LookupCount found;

  ComputedRows(KeyedBatch<T> batch, FunctionCall<T> call, LookupCount found) {
    this.batch = batch;
    this.function = batch.function();
    this.places = function.places();
    this.call = call;
    this.found = found;
  }

  /**
   * Computes these rows into the result.
   *
   * @param device takes a part of them; null if there is none
   * @return false if they do not fit the result: nothing is stored then
   */
  boolean compute(RowList mine, Claims claims, ResultBatch<T> result, @Nullable DeviceCall device) {
    boolean all = mine.size() == batch.rows();
    RowProbe<T> probe = new RowProbe<>(function, call, batch.batch(), mine.size());
    probe.begin(mine::get);
    List<T> gathered = all ? List.of() : call.gather(batch.batch(), mine);
    NamedTensors<T> actual = all ? batch.inputs() : batch.inputs().withTensors(gathered);
    try (ComputedBatch<T> computed = call.compute(actual, mine.size())) {
      if (!result.open(computed.schema())) {
        return false;
      }
      took(computed, mine.size());
      probe.end(computed, batch::isStill);
      MissReasons.count(batch, mine, found);
      if (computed.isStorable()) {
        store(new Fresh<>(computed, mine, claims), result, device);
      } else {
        notAdmitted(mine);
        for (int i = 0; i < mine.size(); i++) {
          computed.copyRow(i, result, mine.get(i));
        }
      }
      return true;
    } finally {
      gathered.forEach(function.adapter()::release);
    }
  }

  private void took(ComputedBatch<T> computed, int rows) {
    batch.group().computed(call.lastNanos(), computed.schema().storedByteCount() * rows);
  }

  /** Rows that were just computed, and who waits for them. */
  private record Fresh<T>(ComputedBatch<T> computed, RowList rows, Claims claims) {}

  private void store(Fresh<T> fresh, ResultBatch<T> result, @Nullable DeviceCall device) {
    RowList mine = fresh.rows();
    boolean unchanged = mayStore(mine);
    long start = System.nanoTime();
    Set<TensorKey> onDevice = Set.of();
    if (device != null) {
      mine.forEach(row -> places.enters(batch.key(row)));
      onDevice = unchanged ? device.put(mine, fresh.computed(), batch.group(), result) : Set.of();
    }
    for (int i = 0; i < mine.size(); i++) {
      TensorKey key = batch.key(mine.get(i));
      boolean isOnDevice = onDevice.contains(key);
      if (isOnDevice && places.persisted() == null) {
        fresh.claims().land(mine.get(i), null); // who waits for it finds it there
        continue;
      }
      Row row = fresh.computed().row(i, batch.group().number());
      if (!isOnDevice) {
        result.put(mine.get(i), row);
      }
      if (unchanged) {
        places.store(key, row, batch.group());
      }
      fresh.claims().land(mine.get(i), unchanged ? row : null);
    }
    stored(mine, start);
  }

  /**
   * Calls the function for the batch as it came, stores what was missing and returns copies of all
   * its rows.
   *
   * @param claims of the missing rows; null if nobody waits for them
   */
  NamedTensors<T> recompute(RowList missing, @Nullable Claims claims) {
    RowProbe<T> probe = new RowProbe<>(function, call, batch.batch(), batch.rows());
    probe.begin(row -> row);
    try (ComputedBatch<T> computed = call.compute(batch.inputs(), batch.rows())) {
      took(computed, batch.rows());
      probe.end(computed, batch::isStill);
      found.reportRecomputed(function.recorder(), function.state());
      MissReasons.count(batch, missing, found);
      found.addMissed(batch.rows() - found.missed());
      if (!computed.isStorable()) {
        notAdmitted(missing);
        return ResultBatch.copyOf(computed, function, batch.batch());
      }
      return storeMissing(computed, missing, claims);
    }
  }

  private NamedTensors<T> storeMissing(
      ComputedBatch<T> computed, RowList missing, @Nullable Claims claims) {
    boolean unchanged = mayStore(missing);
    long start = System.nanoTime();
    try (ResultBatch<T> result = batch.newResult(null)) {
      result.open(computed.schema());
      for (int row = 0, next = 0; row < batch.rows(); row++) {
        Row value = computed.row(row, batch.group().number());
        result.put(row, value);
        if (next < missing.size() && missing.get(next) == row) {
          next++;
          if (unchanged) {
            places.store(batch.key(row), value, batch.group());
          }
          if (claims != null) {
            claims.land(row, unchanged ? value : null);
          }
        }
      }
      stored(missing, start);
      return result.finish();
    }
  }

  /** If the weights changed while the function ran, there and back too, its rows are nobody's. */
  private boolean mayStore(RowList toStore) {
    boolean unchanged = batch.isStill();
    if (unchanged) {
      function.watch().storing(batch.group(), batch.keys(), toStore);
    } else {
      notAdmitted(toStore);
    }
    return unchanged;
  }

  private void stored(RowList rows, long startNanos) {
    function.watch().stored(batch.look(), batch.group(), batch.keys(), rows);
    function.recorder().storeNanos.add(System.nanoTime() - startNanos);
  }

  private void notAdmitted(RowList rows) {
    function.functions().state().counts().rowsNotAdmitted.add(rows.size());
  }
}
