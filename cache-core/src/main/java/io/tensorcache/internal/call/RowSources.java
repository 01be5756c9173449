package io.tensorcache.internal.call;

import io.tensorcache.internal.rows.PersistedRows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of one call may come from, asked in order for what is still missing: the device
 * tier, what was read ahead, memory, the store. A new place is one more {@link RowSource}. Confined
 * to one thread.
 */
final class RowSources implements AutoCloseable {
  private final List<RowSource> inOrder = new ArrayList<>(4);
  private final @Nullable DeviceCall device;
  private final @Nullable AheadRows ahead;

  private RowSources(@Nullable DeviceCall device, @Nullable AheadRows ahead) {
    this.device = device;
    this.ahead = ahead;
  }

  /** Those of a call; to be closed after its result. */
  static RowSources of(KeyedBatch<?> batch) {
    DeviceCall device = DeviceCall.of(batch); // holds nothing before it is asked
    RowSources sources = new RowSources(device, AheadRows.of(batch));
    try {
      sources.addAll(batch);
      return sources;
    } catch (RuntimeException | Error e) {
      sources.close();
      throw e;
    }
  }

  private void addAll(KeyedBatch<?> batch) {
    if (device != null) {
      inOrder.add(device);
    }
    if (ahead != null) {
      inOrder.add(ahead);
    }
    inOrder.add(new MemoryRows(batch, device != null));
    PersistedRows persisted = batch.function().places().persisted();
    if (persisted != null) {
      inOrder.add(new StoreRows(batch, persisted));
    }
  }

  /** The part of the device tier; null if it has none. */
  @Nullable DeviceCall device() {
    return device;
  }

  /** Fills the result with what is somewhere; the rows that are nowhere. */
  RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found) {
    RowList missing = wanted;
    for (int i = 0; i < inOrder.size() && !missing.isEmpty(); i++) {
      missing = inOrder.get(i).lookUp(missing, result, found);
    }
    return missing;
  }

  /** Tells what it took to look up all rows of a call, where some of them lay on a disk. */
  void measured(AheadPolicy policy, long nanos, int rows) {
    if (ahead == null) {
      policy.readDirectly((double) nanos / rows);
    } else {
      policy.readAhead((double) (nanos + ahead.costNanos()) / rows);
    }
  }

  @Override
  public void close() {
    try {
      if (ahead != null) {
        ahead.close();
      }
    } finally {
      if (device != null) {
        device.close();
      }
    }
  }
}
