package io.tensorcache.internal.call;

import io.tensorcache.config.PartialMiss;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.stats.MissReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a call did not find: computed by it, or taken from the threads that compute them.
 * Confined to one thread.
 */
final class MissingRows<T> {
  private final KeyedBatch<T> batch;
  private final WrappedFunction<T> function;
  private final ComputedRows<T> computed;
  private final LookupCount found;
  private boolean alone; // computes what it misses without waiting for others

  MissingRows(KeyedBatch<T> batch, ComputedRows<T> computed, LookupCount found) {
    this.batch = batch;
    this.function = batch.function();
    this.computed = computed;
    this.found = found;
  }

  /**
   * Puts them in the result. If the whole batch has to be computed for that, returns its outputs,
   * else null.
   */
  @Nullable NamedTensors<T> fill(ResultBatch<T> result, RowList missing, RowSources sources) {
    InFlight inFlight = function.functions().inFlight();
    RowList left = missing;
    alone =
        function.functions().state().depth().isInside() || Thread.currentThread().isInterrupted();
    while (!left.isEmpty()) {
      Owner owner = new Owner();
      try (Claims claims = Claims.of(inFlight, owner, batch.keys(), left, alone)) {
        // a row may have been stored between the first look-up and the claim
        RowList mine = sources.lookUp(claims.mine(), result, found);
        claims.landFound(mine);
        if (!mine.isEmpty()
            && (isWhole() || !computed.compute(mine, claims, result, sources.device()))) {
          NamedTensors<T> outputs = computed.recompute(mine, claims);
          miss(MissReason.IN_FLIGHT, claims.awaited().size());
          return outputs;
        }
        claims.landRest();
        RowList failed = await(claims.awaited(), result);
        if (failed == null) {
          return computed.recompute(new RowList(), null);
        }
        left = failed;
      } finally {
        owner.hasEnded = true;
      }
    }
    return null;
  }

  private boolean isWhole() {
    return found.sawOtherShape()
        || function.settings().partialMiss() == PartialMiss.RECOMPUTE_BATCH;
  }

  /** The rows whose computation failed elsewhere; null if a row has another shape than the rest. */
  private @Nullable RowList await(Map<Integer, InFlight.RowFlight> flights, ResultBatch<T> result) {
    RowList failed = new RowList();
    int taken = 0;
    for (Map.Entry<Integer, InFlight.RowFlight> flight : flights.entrySet()) {
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
        miss(MissReason.OTHER_SHAPE, flights.size() - taken);
        return null;
      }
    }
    return failed;
  }

  private void miss(MissReason reason, int rows) {
    function.recorder().miss(function.state(), reason, rows);
  }
}
