package io.tensorcache.internal.rows;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.resident.ResidentRows;
import io.tensorcache.internal.tier.MemoryTiers;
import io.tensorcache.internal.tier.MoveTickets;
import io.tensorcache.internal.tier.TierEvents;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tiers of one cache: device, heap, off-heap and disk. Empty and full while the cache is being
 * closed. Safe for use by several threads.
 */
public final class CacheTiers {
  private final CacheState state;
  private final @Nullable ScratchDirectory scratch; // of the disk tier
  private final MemoryTiers onHost;
  private final MoveTickets tickets = new MoveTickets();
  private final @Nullable DeviceTier deviceTier;

  /**
   * @param events told and asked by the tiers of the host
   * @param groups told of rows that were lost with their device
   */
  CacheTiers(CacheState state, TierEvents events, Groups groups) {
    this.state = state;
    CacheConfig config = state.config();
    this.scratch = config.disk().bytes() > 0 ? scratch(config) : null;
    try {
      Path directory = scratch == null ? null : scratch.path();
      this.onHost = new MemoryTiers(config, directory, events, tickets);
    } catch (RuntimeException | Error e) {
      Closing.all(all -> all.part("the scratch directory", this::deleteScratch), state::failed);
      throw e;
    }
    this.deviceTier =
        config.device().bytes() == 0
            ? null
            : new DeviceTier(state, onHost.gate(), events, groups, this::storeOnHost);
  }

  private static ScratchDirectory scratch(CacheConfig config) {
    Path parent = config.diskDirectory();
    return parent == null ? ScratchDirectory.create() : ScratchDirectory.create(parent);
  }

  private void deleteScratch() {
    if (scratch == null) {
      return;
    }
    try {
      scratch.close();
    } catch (IOException e) {
      throw new StorageException("the scratch directory " + scratch.path() + " remains: " + e, e);
    }
  }

  /** Null if there is none. */
  public @Nullable DeviceTier deviceTier() {
    return deviceTier;
  }

  boolean hasDisk() {
    return scratch != null;
  }

  /** The schema of a row; null if there is none. */
  public @Nullable RowSchema schema(TensorKey key) {
    return unlessClosed(
        null,
        () -> {
          RowSchema schema = onHost.schema(key);
          return schema != null ? schema : onDevices(null, tier -> tier.schema(key));
        });
  }

  /** Copies a row to its target. */
  public Lookup read(TensorKey key, RowTarget target) {
    return unlessClosed(
        Lookup.MISS,
        () -> {
          Lookup lookup = onHost.read(key, target);
          Row row = lookup == Lookup.MISS ? onDevices(null, tier -> tier.row(key)) : null;
          if (row == null) {
            return lookup;
          }
          return row.copyIfExpected(target) ? Lookup.DEVICE_HIT : Lookup.OTHER_SCHEMA;
        });
  }

  /**
   * True if the rows are on the host alone, so that several threads may read them for one caller.
   */
  public boolean areOnHost() {
    return deviceTier == null;
  }

  /** Copies a row to its target, on a thread that helps the caller, who calls {@link #tell}. */
  public Lookup readUntold(TensorKey key, RowTarget target) {
    return unlessClosed(Lookup.MISS, () -> onHost.readUntold(key, target));
  }

  /** Tells what {@link #readUntold} led to. */
  public void tell() {
    unlessClosed(
        null,
        () -> {
          onHost.tell();
          return null;
        });
  }

  /** A copy of a row; null if there is none. */
  public @Nullable Row row(TensorKey key) {
    return unlessClosed(
        null,
        () -> {
          Row row = onHost.row(key);
          return row != null ? row : onDevices(null, tier -> tier.row(key));
        });
  }

  public boolean contains(TensorKey key) {
    return unlessClosed(
        false, () -> onHost.contains(key) || onDevices(false, tier -> tier.contains(key)));
  }

  /** The tier of the host in which a row lies; null if in none. */
  @Nullable Tier tierOf(TensorKey key) {
    return unlessClosed(null, () -> onHost.tierOf(key));
  }

  /** Stores a row on the host; false if it was not admitted. */
  public boolean store(TensorKey key, Row row) {
    return unlessClosed(false, () -> onHost.store(key, row) != null);
  }

  private boolean storeDrivenOut(TensorKey key, Row row) {
    return unlessClosed(false, () -> onHost.storeDrivenOut(key, row) != null);
  }

  /** False if a row is larger than every tier of the host. */
  boolean mayHold(Row row) {
    return unlessClosed(true, () -> onHost.mayHold(row));
  }

  /** True if a row that was read elsewhere should come here. */
  boolean isWanted(TensorKey key, long byteCount, int group) {
    return unlessClosed(false, () -> onHost.isWanted(key, byteCount, group));
  }

  /** Told of every removal of rows that may move meanwhile. */
  MoveTickets tickets() {
    return tickets;
  }

  /** Adds a row if nothing has to go for it; the ticket was taken before it was read. */
  boolean addIfRoom(TensorKey key, Row row, long ticket) {
    return unlessClosed(false, () -> onHost.addIfRoom(key, row, ticket));
  }

  /** Takes a row from a device where it is held; false if it is not admitted, or was removed. */
  private boolean storeOnHost(TensorKey key, Row row, BooleanSupplier isHeld) {
    long ticket = tickets.ticket(key);
    if (ticket == MoveTickets.NONE || !isHeld.getAsBoolean() || !storeDrivenOut(key, row)) {
      return false;
    }
    if (!tickets.stands(key, ticket)) {
      remove(key);
      return false;
    }
    return true;
  }

  /** Drops a row from the host. */
  public void remove(TensorKey key) {
    unlessClosed(
        null,
        () -> {
          onHost.remove(key);
          return null;
        });
  }

  /** Drops a row from the host and from every device. */
  void removeEverywhere(TensorKey key) {
    tickets.whileRemoving(
        key,
        () -> {
          remove(key);
          onDevices(
              null,
              tier -> {
                tier.remove(key);
                return null;
              });
        });
  }

  /** Drops every row. */
  void clear() {
    tickets.whileRemovingAll(
        () -> {
          if (deviceTier != null) {
            deviceTier.clear();
          }
          onHost.clear();
        });
  }

  /** So many rows were replaced by others under new keys. */
  void replaced(long rows) {
    onHost.replaced(rows);
  }

  /** Leaves no more than this on each device. */
  public void trimDevice(ByteSize size) {
    state.checkOpen();
    onDevices(
        null,
        tier -> {
          tier.trim(size.bytes());
          return null;
        });
  }

  /** Moves rows of functions to a device until it is full; how many. */
  public long moveTo(int ordinal) {
    state.checkOpen();
    if (deviceTier == null) {
      throw new IllegalStateException(
          "cache \""
              + state.config().name()
              + "\" has no device tier: add device(...) to its builder");
    }
    ResidentRows<TensorKey, DeviceTier.Resident> target = deviceTier.required(ordinal);
    long moved = deviceTier.moveTo(target, tickets);
    for (TensorKey key : onHost.keys()) {
      long ticket = tickets.ticket(key);
      Row row = ticket == MoveTickets.NONE ? null : onHost.row(key);
      if (row == null || !belongsOnDevices(row)) {
        continue;
      }
      byte[][] parts = new byte[row.schema().parts().size()][];
      Arrays.setAll(parts, row::payload);
      if (!target.addFromHost(key, new DeviceTier.Resident(row.schema(), row.group()), parts)) {
        return moved;
      }
      if (!tickets.stands(key, ticket)) {
        target.remove(key);
        continue;
      }
      onHost.remove(key);
      moved++;
    }
    return moved;
  }

  /** Not narrowed, and not an entry of a scope, which knows its row on the host only. */
  private static boolean belongsOnDevices(Row row) {
    return row.group() >= 0 && row.schema().byteCount() == row.schema().storedByteCount();
  }

  /** Of each tier, of a closed cache too. */
  List<TierStats> stats(Map<Tier, Long> hits) {
    List<TierStats> all = new ArrayList<>();
    if (deviceTier != null) {
      all.add(deviceTier.stats(hits.getOrDefault(Tier.DEVICE, 0L)));
    }
    all.addAll(onHost.stats(hits));
    return all;
  }

  public List<DeviceStats> devices() {
    return deviceTier == null ? List.of() : deviceTier.devices();
  }

  private <V extends @Nullable Object> V onDevices(V otherwise, Function<DeviceTier, V> look) {
    if (deviceTier == null) {
      return otherwise;
    }
    try {
      return look.apply(deviceTier);
    } catch (DeviceException e) {
      state.failed(e);
      return otherwise;
    }
  }

  private <V extends @Nullable Object> V unlessClosed(V otherwise, Supplier<V> operation) {
    if (state.isClosed()) {
      return otherwise;
    }
    try {
      return operation.get();
    } catch (IllegalStateException e) {
      if (!state.isClosed()) {
        throw e;
      }
      return otherwise;
    }
  }

  /** Ends all tiers. */
  void close(Closing all) {
    if (deviceTier != null) {
      all.part("the device tier", deviceTier::close);
    }
    all.part("the memory tiers", onHost::close);
    all.part("the scratch directory", this::deleteScratch);
  }
}
