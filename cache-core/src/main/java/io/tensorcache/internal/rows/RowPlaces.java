package io.tensorcache.internal.rows;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.Storing;
import io.tensorcache.internal.tier.MoveTickets;
import io.tensorcache.tensor.TensorKey;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of functions lie: in the tiers, and in the store if the functions persist. Safe
 * for use by several threads.
 */
public final class RowPlaces {
  private final CacheTiers tiers;
  private final @Nullable PersistedRows persisted;
  private final @Nullable RowAges ages;
  private final CacheCounts counts;
  private final StoreEvents events;

  /** Told what the store does. */
  interface StoreEvents {
    /** It did not take a row, as it is full of rows that are asked for as often. */
    void refusedByStore(TensorKey key, Row row, boolean isInMemory);
  }

  /**
   * @param persisted null if they do not persist
   * @param ages null if they do not grow old
   */
  RowPlaces(
      CacheTiers tiers,
      @Nullable PersistedRows persisted,
      @Nullable RowAges ages,
      CacheCounts counts,
      StoreEvents events) {
    this.tiers = tiers;
    this.persisted = persisted;
    this.ages = ages;
    this.counts = counts;
    this.events = events;
  }

  public CacheTiers tiers() {
    return tiers;
  }

  /** The rows in the store; null if they do not persist. */
  public @Nullable PersistedRows persisted() {
    return persisted;
  }

  /** True if a row is stored somewhere. */
  public boolean contains(TensorKey key) {
    return tiers.contains(key) || persisted != null && persisted.contains(key);
  }

  /** True if something may lie on a disk. */
  public boolean mayLieOnDisk() {
    return tiers.hasDisk() || persisted != null;
  }

  /** Stores a row wherever it belongs, unless it is there. */
  public void store(TensorKey key, Row row, Group group) {
    Storing storing =
        persisted == null
            ? Storing.DECLINED
            : persisted.store(key, row, group); // first: not to spill
    enters(key);
    boolean isInMemory = storeInMemory(key, row, group);
    if (!isInMemory) {
      left(key);
    }
    if (storing == Storing.REFUSED) {
      events.refusedByStore(key, row, isInMemory);
    }
    if (!isInMemory && storing != Storing.QUEUED) {
      counts.rowsNotAdmitted.increment();
    }
  }

  private boolean storeInMemory(TensorKey key, Row row, Group group) {
    if (tiers.contains(key)) {
      return true; // another thread was faster, or the row is there in another shape: counts once
    }
    group.add(1); // before the row can be evicted
    boolean isStored = false;
    try {
      isStored = tiers.store(key, row);
    } finally {
      if (!isStored) {
        group.add(-1);
      }
    }
    return isStored;
  }

  /**
   * Told that the store served a row: at the second time it goes to memory too, if there is room,
   * and at another's expense only where that is asked for less often. Not where the store has a
   * time to live: only it knows the age.
   *
   * @param shared gives the schema as the one object that the function's rows have
   */
  public void served(TensorKey key, long byteCount, UnaryOperator<RowSchema> shared, Group group) {
    group.isOfBytes(byteCount);
    boolean isWanted =
        persisted != null && ages == null && tiers.isWanted(key, byteCount, group.number());
    long ticket = isWanted ? tiers.tickets().ticket(key) : MoveTickets.NONE;
    Row row = ticket == MoveTickets.NONE ? null : persisted.row(key);
    if (row == null) {
      return;
    }
    group.add(1); // before the row can be evicted
    boolean isAdded = false;
    try {
      Row shaped = row.from(shared.apply(row.schema()), group.number());
      isAdded = tiers.addIfRoom(key, shaped, ticket);
    } finally {
      if (!isAdded) {
        group.add(-1);
      }
    }
  }

  /** Drops a row wherever it is, the store included. */
  public void drop(TensorKey key, Group group) {
    tiers
        .tickets()
        .whileRemoving(
            key,
            () -> {
              if (persisted != null) {
                persisted.remove(key); // first: what is read there may go to memory
              }
              dropFromMemory(key, group);
            });
  }

  private void dropFromMemory(TensorKey key, Group group) {
    left(key);
    tiers.tickets().whileRemoving(key, () -> dropIfThere(key, group));
  }

  /** While it is under removal: else it could move behind the look. */
  private void dropIfThere(TensorKey key, Group group) {
    if (tiers.contains(key)) {
      tiers.removeEverywhere(key);
      group.add(-1);
    }
  }

  /** True if rows outlive the time they are served for. */
  public boolean growOld() {
    return ages != null;
  }

  /** Drops rows from memory that have outlived the time to live of the store. */
  public void dropOld(List<TensorKey> keys, Group group) {
    for (TensorKey key : keys) {
      if (ages != null && !ages.isYoung(key)) {
        dropFromMemory(key, group);
      }
    }
  }

  /** A row that was just computed is about to enter memory. */
  public void enters(TensorKey key) {
    if (ages != null) {
      ages.enters(key);
    }
  }

  private void left(TensorKey key) {
    if (ages != null) {
      ages.left(key);
    }
  }
}
