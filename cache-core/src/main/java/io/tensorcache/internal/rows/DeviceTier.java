package io.tensorcache.internal.rows;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Sample;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.internal.resident.Departures;
import io.tensorcache.internal.resident.DeviceHits;
import io.tensorcache.internal.resident.FixedGate;
import io.tensorcache.internal.resident.ResidentRows;
import io.tensorcache.internal.resident.RowGate;
import io.tensorcache.internal.resident.RowOnHost;
import io.tensorcache.internal.tier.MoveTickets;
import io.tensorcache.internal.tier.TierEvents;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The device tier of a cache: a pool for each device that a tensor of a call lay on, opened at its
 * first use. Safe for use by several threads.
 */
public final class DeviceTier implements Departures<TensorKey, DeviceTier.Resident>, AutoCloseable {
  /** What is known of a row on a device. */
  public record Resident(RowSchema schema, int group) {}

  /** Where rows go that leave a device. */
  interface HostPlaces {
    /** False if the row is not admitted, or was removed meanwhile. */
    boolean store(TensorKey key, Row row, BooleanSupplier isHeld);
  }

  private final CacheState state;
  private final CacheConfig config;
  private final @Nullable Gate gate;
  private final TierEvents events;
  private final Groups groups;
  private final HostPlaces onHost;
  private final boolean hasHostTiers;
  private final RankedLock lock = new RankedLock(Rank.DEVICE_TIER);
  private final Map<Integer, ResidentRows<TensorKey, Resident>> open = new ConcurrentHashMap<>();
  private final Map<Integer, String> refused = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param gate decides which rows enter; null where all do, or what fits
   * @param groups told of rows that were lost with their device
   * @param onHost stores on the host what leaves a device
   */
  DeviceTier(
      CacheState state, @Nullable Gate gate, TierEvents events, Groups groups, HostPlaces onHost) {
    this.state = state;
    this.config = state.config();
    this.events = events;
    this.groups = groups;
    this.onHost = onHost;
    this.hasHostTiers = config.heap().bytes() > 0 || config.offHeap().bytes() > 0;
    this.gate = gate;
    if (gate != null) {
      gate.add(this::addTo);
    }
  }

  /**
   * The rows of a device; null if it has no room for the tier.
   *
   * @throws DeviceException if the device cannot be used
   */
  public @Nullable ResidentRows<TensorKey, Resident> of(int ordinal) {
    if (closed || refused.containsKey(ordinal)) {
      return null;
    }
    ResidentRows<TensorKey, Resident> rows = open.get(ordinal);
    if (rows != null && !rows.device().isLost()) {
      return rows;
    }
    Device device = Devices.get().device(ordinal);
    try {
      return reopen(device);
    } catch (IllegalArgumentException e) { // there is a larger card, or build() had refused
      if (refused.put(ordinal, String.valueOf(e.getMessage())) == null) {
        state.failed(
            new DeviceException("device " + ordinal + " keeps no rows", e)); // no lock held
      }
      return null;
    }
  }

  private @Nullable ResidentRows<TensorKey, Resident> reopen(Device device) {
    try {
      lock.lock();
      ResidentRows<TensorKey, Resident> rows = open.get(device.ordinal());
      if (closed || rows != null && !rows.device().isLost()) {
        return rows;
      }
      if (rows != null) {
        rows.close(); // notices that its rows are gone
      }
      rows =
          new ResidentRows<>(
              device, config.device().bytes(), config.deviceReserve().bytes(), newGate(), this);
      open.put(device.ordinal(), rows);
      return rows;
    } finally {
      lock.unlock();
    }
  }

  private RowGate<TensorKey, Resident> newGate() {
    if (gate != null) {
      return new DeviceGate(gate);
    }
    return config.whenFull() == WhenFull.KEEP_FIRST
        ? FixedGate.keepsFirst()
        : FixedGate.letsAllIn();
  }

  private void addTo(Sample sample) {
    open.values()
        .forEach(rows -> rows.all().forEach(row -> sample.add(row.key, row, row.about.group())));
  }

  /**
   * Moves rows of other devices to one, until that is full.
   *
   * @return how many
   */
  long moveTo(ResidentRows<TensorKey, Resident> target, MoveTickets tickets) {
    long moved = 0;
    for (ResidentRows<TensorKey, Resident> rows : open.values()) {
      for (TensorKey key : rows == target ? List.<TensorKey>of() : rows.keys()) {
        // what is in use is not evicted, and not counted as dropped while it moves
        try (DeviceHits<TensorKey, Resident> inUse = rows.find(List.of(key))) {
          long ticket = tickets.ticket(key);
          RowOnHost<Resident> row = inUse.onHost(0);
          if (row == null || ticket == MoveTickets.NONE) {
            continue; // gone meanwhile
          }
          if (!target.addFromHost(key, row.about(), row.parts())) {
            return moved;
          }
          if (!tickets.stands(key, ticket)) {
            target.remove(key);
            continue;
          }
          rows.remove(key);
          moved++;
        }
      }
    }
    return moved;
  }

  /** The rows of a device that was asked for by its number. */
  ResidentRows<TensorKey, Resident> required(int ordinal) {
    ResidentRows<TensorKey, Resident> rows = of(ordinal);
    if (rows == null) {
      throw new DeviceException("device " + ordinal + " keeps no rows: " + refused.get(ordinal));
    }
    return rows;
  }

  /** A row that was asked for and lies on any device, copied to the host; null if there is none. */
  @Nullable Row row(TensorKey key) {
    for (ResidentRows<TensorKey, Resident> rows : open.values()) {
      try (DeviceHits<TensorKey, Resident> found = rows.find(List.of(key))) {
        RowOnHost<Resident> row = found.onHost(0);
        if (row != null) {
          found.countUse();
          return Row.of(row.about().schema(), row.about().group(), row.parts());
        }
      }
    }
    return null;
  }

  /** The schema of a row that lies on any device; null if there is none. */
  @Nullable RowSchema schema(TensorKey key) {
    for (ResidentRows<TensorKey, Resident> rows : open.values()) {
      Resident about = rows.about(key);
      if (about != null) {
        return about.schema();
      }
    }
    return null;
  }

  boolean contains(TensorKey key) {
    return open.values().stream().anyMatch(rows -> rows.contains(key));
  }

  void remove(TensorKey key) {
    open.values().forEach(rows -> rows.remove(key));
  }

  /** Gives memory of every device back until no more than this is taken of each. */
  void trim(long toBytes) {
    open.values().forEach(rows -> rows.trim(toBytes));
  }

  void clear() {
    open.values().forEach(ResidentRows::clear);
  }

  /** Of each device in use, by ordinal. */
  List<DeviceStats> devices() {
    return open.values().stream()
        .map(ResidentRows::stats)
        .sorted(Comparator.comparingInt(DeviceStats::device))
        .toList();
  }

  /** Of all devices in use together. */
  TierStats stats(long hits) {
    List<DeviceStats> devices = devices();
    return new TierStats(
        Tier.DEVICE,
        devices.stream().mapToLong(DeviceStats::entries).sum(),
        ByteSize.ofBytes(devices.stream().mapToLong(device -> device.bytes().bytes()).sum()),
        ByteSize.ofBytes(config.device().bytes() * Math.max(1, devices.size())),
        hits,
        devices.stream().mapToLong(DeviceStats::evictions).sum());
  }

  @Override
  public boolean wants(Resident about) {
    return hasHostTiers && !closed;
  }

  @Override
  public boolean take(TensorKey key, Resident about, byte[][] parts, BooleanSupplier isHeld) {
    return onHost.store(key, Row.of(about.schema(), about.group(), parts), isHeld);
  }

  @Override
  public void dropped(TensorKey key, Resident about) {
    events.evicted(key, about.group());
  }

  /** Where there are tiers on the host, it is offered to them, and they tell. */
  @Override
  public void refused(TensorKey key) {
    if (!hasHostTiers && config.disk().bytes() == 0) {
      events.refused(key);
    }
  }

  @Override
  public void lost(Resident about) {
    groups.dropped(about.group());
  }

  @Override
  public void noMemory(int device) {
    state.failed(
        new DeviceException(
            "device "
                + device
                + " has no memory left for the device tier: rows are not kept there; lower"
                + " device(...) or raise deviceReserve(...)"));
  }

  /** Frees what no call reads any more; the rest follows with the end of those calls. */
  @Override
  public void close() {
    try {
      lock.lock();
      closed = true;
      open.values().forEach(ResidentRows::close);
    } finally {
      lock.unlock();
    }
  }
}
