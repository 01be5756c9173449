package io.tensorcache.internal.call;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.resident.DeviceHits;
import io.tensorcache.internal.resident.NewRow;
import io.tensorcache.internal.resident.ResidentRows;
import io.tensorcache.internal.rows.DeviceTier;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one call takes from the device tier of the device that its input lies on, and gives to it.
 * Nothing of that passes the host. Confined to one thread.
 */
final class DeviceCall implements RowSource, AutoCloseable {
  private final BatchKeys keys;
  private final ResidentRows<TensorKey, DeviceTier.Resident> resident;
  private final int device;
  private final long stream;
  private final List<DeviceHits<TensorKey, DeviceTier.Resident>> found = new ArrayList<>();
  private final Map<Integer, Source> sources = new HashMap<>(); // by row of the result

  /** Where a row of the result comes from. */
  private record Source(
      DeviceHits<TensorKey, DeviceTier.Resident> hits, int index, boolean isHit) {}

  private DeviceCall(
      BatchKeys keys, ResidentRows<TensorKey, DeviceTier.Resident> resident, DeviceMemory memory) {
    this.keys = keys;
    this.resident = resident;
    this.device = memory.device();
    this.stream = memory.stream();
  }

  /** For a call; null if it has nothing to do with a device tier. */
  static @Nullable DeviceCall of(KeyedBatch<?> batch) {
    DeviceTier tier = batch.function().places().tiers().deviceTier();
    if (tier == null || !(batch.views().get(0).memory() instanceof DeviceMemory memory)) {
      return null;
    }
    ResidentRows<TensorKey, DeviceTier.Resident> rows = tier.of(memory.device());
    return rows == null ? null : new DeviceCall(batch.keys(), rows, memory);
  }

  /** Plans the rows that are on the device for the result, and lists the others. */
  @Override
  public RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount count) {
    DeviceHits<TensorKey, DeviceTier.Resident> hits = find(wanted);
    hits.countUse();
    RowList missing = new RowList();
    for (int i = 0; i < wanted.size(); i++) {
      int row = wanted.get(i);
      DeviceTier.Resident about = hits.about(i);
      if (about == null) {
        missing.add(row);
      } else if (result.open(about.schema()) && result.isOn(device)) {
        sources.put(row, new Source(hits, i, true));
        count.add(row, Lookup.DEVICE_HIT);
      } else {
        count.add(row, Lookup.OTHER_SCHEMA);
        missing.add(row);
      }
    }
    return missing;
  }

  private DeviceHits<TensorKey, DeviceTier.Resident> find(RowList rows) {
    List<TensorKey> wanted = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      wanted.add(keys.key(rows.get(i)));
    }
    DeviceHits<TensorKey, DeviceTier.Resident> hits = resident.find(wanted);
    found.add(hits);
    return hits;
  }

  /** True if a row of the result is planned. */
  boolean has(int row) {
    return sources.containsKey(row);
  }

  /** Plans a copy of an earlier row. */
  void copyRow(int from, int to) {
    Source source = sources.get(from);
    if (source != null) {
      sources.put(to, new Source(source.hits(), source.index(), false));
    }
  }

  /**
   * Keeps copies of computed rows, and plans those for the result: what the function returned may
   * be gone when that is filled.
   *
   * @param rows of the result, in the order of the outputs' rows
   * @return the keys that are on the device now
   * @throws io.tensorcache.error.DeviceException if the outputs' memory is not the device's
   */
  Set<TensorKey> put(RowList rows, ComputedBatch<?> computed, Group group, ResultBatch<?> result) {
    RowSchema schema = computed.schema();
    if (!result.isOn(device) || !takes(schema, computed.views())) {
      return Set.of();
    }
    for (TensorView output : computed.views()) {
      DeviceMemory memory = (DeviceMemory) output.memory();
      resident.device().requireMemory(memory.address(), memory.byteCount());
    }
    var about = new DeviceTier.Resident(schema, group.number());
    long[] lengths = schema.parts().stream().mapToLong(part -> part.spec().byteCount()).toArray();
    List<NewRow<TensorKey, DeviceTier.Resident>> fresh = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      long[] addresses = new long[lengths.length];
      for (int part = 0; part < lengths.length; part++) {
        TensorView view = computed.views().get(part);
        long first = ((DeviceMemory) view.memory()).address() + view.byteOffset();
        addresses[part] = first + i * view.byteStride(0);
      }
      fresh.add(new NewRow<>(keys.key(rows.get(i)), about, addresses, lengths));
    }
    Set<TensorKey> entered = resident.add(fresh, stream);
    group.add(entered.size());
    fresh.removeIf(row -> !entered.contains(row.key()));
    resident.countMisses(fresh);
    Set<TensorKey> kept = new HashSet<>();
    DeviceHits<TensorKey, DeviceTier.Resident> hits = find(rows);
    for (int i = 0; i < rows.size(); i++) {
      DeviceTier.Resident there = hits.about(i);
      if (there != null && there.schema().equals(schema)) {
        sources.put(rows.get(i), new Source(hits, i, false));
        kept.add(keys.key(rows.get(i)));
      }
    }
    return kept;
  }

  /** True if rows of these outputs can be kept as they lie. */
  private boolean takes(RowSchema schema, List<TensorView> outputs) {
    for (int part = 0; part < outputs.size(); part++) {
      RowSchema.Part stored = schema.parts().get(part);
      if (stored.storedDtype() != stored.spec().dtype()
          || !(outputs.get(part).memory() instanceof DeviceMemory own)
          || own.device() != device
          || own.stream() != stream
          || !DeviceRows.isRowContiguous(outputs.get(part))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Queues everything that is planned, each part of the result after what is in its stream: nearly
   * always one launch.
   */
  void fill(ResultBatch<?> result) {
    Map<Long, List<Integer>> parts = new LinkedHashMap<>(); // by stream
    for (int part = 0; part < result.partCount(); part++) {
      parts.computeIfAbsent(result.stream(part), stream -> new ArrayList<>()).add(part);
    }
    parts.forEach((stream, some) -> fill(result, stream, some, some.contains(0)));
    sources.clear();
  }

  private void fill(ResultBatch<?> result, long stream, List<Integer> parts, boolean isCounted) {
    Map<DeviceHits<TensorKey, DeviceTier.Resident>, Long> hits = new IdentityHashMap<>();
    sources.forEach(
        (row, source) -> {
          for (int part : parts) {
            source.hits().copy(source.index(), part, result.deviceAddress(part, row));
          }
          hits.merge(source.hits(), source.isHit() && isCounted ? 1L : 0L, Long::sum);
        });
    hits.forEach((each, count) -> each.gather(stream, count));
  }

  @Override
  public void close() {
    sources.clear();
    Held.closeAll(found);
  }
}
