package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.durable.SharedWork;
import io.tensorcache.internal.rows.CacheTiers;
import io.tensorcache.tensor.TensorKey;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** The rows of one call that lie in the tiers. Confined to one thread. */
final class MemoryRows implements RowSource {
  /** What a thread takes at a time. */
  private static final int PART_BYTES = 256 << 10;

  private final BatchKeys keys;
  private final CacheTiers tiers;
  private final AheadPolicy sharing;
  private final boolean mayLieOnDevice;

  /**
   * @param mayLieOnDevice whether the result is filled on a device as far as possible: it then gets
   *     memory on the host only for a row that is there
   */
  MemoryRows(KeyedBatch<?> batch, boolean mayLieOnDevice) {
    this.keys = batch.keys();
    this.tiers = batch.function().places().tiers();
    this.sharing = batch.function().state().sharing;
    this.mayLieOnDevice = mayLieOnDevice;
  }

  @Override
  public RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found) {
    RowList missing = new RowList();
    int next = 0;
    for (boolean wasOpen = false; next < wanted.size(); next++) {
      if (!wasOpen && result.isOpen()) {
        wasOpen = true;
        if (helpers(wanted.size() - next, result) > 0) {
          break;
        }
      }
      int row = wanted.get(next);
      if (!copy(keys.key(row), row, result, found)) {
        missing.add(row);
      }
    }
    if (next < wanted.size()) {
      for (Lookup lookup : copyRest(wanted, next, result)) {
        int row = wanted.get(next++);
        if (!found.add(row, lookup)) {
          missing.add(row);
        }
      }
    }
    return missing;
  }

  private int helpers(int rows, ResultBatch<?> result) {
    boolean mayShare = !mayLieOnDevice && tiers.areOnHost();
    return mayShare ? SharedWork.helpersFor(rows * result.storedRowBytes()) : 0;
  }

  /** Copies the rows from one on, with threads that help where that was found to pay. */
  private Lookup[] copyRest(RowList wanted, int from, ResultBatch<?> result) {
    Lookup[] lookups = new Lookup[wanted.size() - from];
    boolean isShared = sharing.next();
    long start = System.nanoTime();
    copyRest(wanted, from, result, isShared ? helpers(lookups.length, result) : 0, lookups);
    double nanosPerRow = (double) (System.nanoTime() - start) / lookups.length;
    for (Lookup lookup : lookups) {
      if (!lookup.isHit()) {
        return lookups; // says little of copies
      }
    }
    if (isShared) {
      sharing.readAhead(nanosPerRow);
    } else {
      sharing.readDirectly(nanosPerRow);
    }
    return lookups;
  }

  private void copyRest(
      RowList wanted, int from, ResultBatch<?> result, int helpers, Lookup[] lookups) {
    int perPart = (int) Math.max(1, PART_BYTES / Math.max(1, result.storedRowBytes()));
    Supplier<IntFunction<RowTarget>> targets = result.targetsOfThreads();
    Supplier<IntConsumer> workers =
        () -> {
          IntFunction<RowTarget> target = targets.get();
          return part -> {
            int end = (int) Math.min(lookups.length, (part + 1L) * perPart);
            for (int i = part * perPart; i < end; i++) {
              int row = wanted.get(from + i);
              lookups[i] = tiers.readUntold(keys.key(row), target.apply(row));
            }
          };
        };
    new SharedWork((int) ((lookups.length + perPart - 1L) / perPart), workers).run(helpers);
    tiers.tell();
  }

  private boolean copy(TensorKey key, int row, ResultBatch<?> result, LookupCount found) {
    if (mayLieOnDevice && !tiers.contains(key)) {
      return false;
    }
    if (!result.isOpen()) {
      RowSchema schema = tiers.schema(key);
      if (schema == null) {
        return false;
      }
      result.open(schema);
    }
    return found.add(row, tiers.read(key, result.target(row)));
  }
}
