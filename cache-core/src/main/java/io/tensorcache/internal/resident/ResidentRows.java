package io.tensorcache.internal.resident;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import io.tensorcache.stats.DeviceStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the memory of one device, bounded in bytes: at no instant is more taken than the limit.
 * Copies into it and out of it are queued in the caller's streams, one launch a batch, and none
 * waits on the host. Memory that a launch under way reads or writes is freed after it, in the order
 * of a stream of its own that waits for that launch on the device.
 *
 * <p>When it is full, a {@link RowGate} says which rows enter. Those used longest ago go for them,
 * to the host if {@link Departures} wants them. A lost device loses its rows: nothing is found
 * then. Safe for use by several threads; one lock, held for a look-up or a launch.
 *
 * @param <K> keys of rows
 * @param <A> what is known of a row, beside its bytes
 */
public final class ResidentRows<K, A> implements AutoCloseable {
  private final Device device;
  private final RowGate<K, A> gate;
  private final Departures<K, A> departures;
  private final Handover<K, A> handover;
  private final RankedLock lock = new RankedLock(Rank.RESIDENT_ROWS);
  private final RowBuffers<K, A> buffers; // this and what follows are guarded by lock
  private final RowTable<K, A> table;
  private final RowAdmission<K, A> admission;
  private int loose; // rows that are not in the table, but about to be read
  private long hits;
  private long evictions;
  private long demotions;
  private boolean isClosed;
  private boolean isEmptied; // after it was closed

  /**
   * Takes no memory for rows yet.
   *
   * @param limitBytes bytes taken at most
   * @param reserveBytes bytes of the device that are left to others: below that, rows go
   * @param gate which new rows enter when it is full
   * @throws IllegalArgumentException if the limit is more than the device has
   */
  public ResidentRows(
      Device device,
      long limitBytes,
      long reserveBytes,
      RowGate<K, A> gate,
      Departures<K, A> departures) {
    RowAdmission.requireMemory(device, limitBytes);
    this.device = device;
    this.gate = gate;
    this.departures = departures;
    this.handover = new Handover<>(departures, this::copiesOnHost);
    this.table = new RowTable<>(limitBytes, gate);
    this.buffers = device.inContext(() -> new RowBuffers<>(device));
    this.admission = new RowAdmission<>(device, table, buffers, reserveBytes);
  }

  /** Whose memory it is. */
  public Device device() {
    return device;
  }

  /** Finds the rows of a batch at once. Close the result on the same thread. */
  public DeviceHits<K, A> find(List<K> keys) {
    List<@Nullable ResidentRow<K, A>> found = new ArrayList<>(keys.size());
    try {
      lock.lock();
      boolean usable = isUsable();
      for (K key : keys) {
        ResidentRow<K, A> row = usable ? table.use(key) : null;
        if (row != null) {
          row.pins++;
        }
        found.add(row);
      }
    } finally {
      lock.unlock();
    }
    return new DeviceHits<>(this, found);
  }

  /** All rows, used longest ago first. */
  public List<ResidentRow<K, A>> all() {
    return ifUsable(List.of(), table::all);
  }

  void asked(ResidentRow<K, A> row) {
    gate.asked(row, row.use(gate.age()));
  }

  /** What is known of a row; null if it is not here. */
  public @Nullable A about(K key) {
    try (DeviceHits<K, A> found = find(List.of(key))) {
      return found.about(0);
    }
  }

  /** True if the row is here. */
  public boolean contains(K key) {
    return ifUsable(false, () -> table.contains(key));
  }

  /** The keys of all rows, used longest ago first. */
  public List<K> keys() {
    return ifUsable(List.of(), table::keys);
  }

  RowOnHost<A> onHost(ResidentRow<K, A> row) {
    return new RowOnHost<>(row.about, copiesOnHost(List.of(row)).get(0));
  }

  void gather(
      List<@Nullable ResidentRow<K, A>> rows, GatherList copies, long stream, long hitCount) {
    inLock(
        () -> {
          buffers.gather(rows, copies, stream);
          return hits += hitCount;
        });
  }

  void unpin(List<? extends @Nullable ResidentRow<K, A>> rows) {
    try {
      lock.lock();
      release(rows);
      tidy();
    } finally {
      lock.unlock();
    }
  }

  /** Frees what nobody reads any more, and at the end everything. What fails is tried once more. */
  private void tidy() {
    for (int attempt = 0; attempt < 2 && isUntidy(); attempt++) {
      device.tryInContext(this::freeUnused);
    }
  }

  private boolean isUntidy() {
    return !device.isLost() && !isEmptied && (buffers.hasUnused() || isClosed && loose == 0);
  }

  private void freeUnused() {
    buffers.freeUnused(table::giveBack);
    if (isClosed && loose == 0) {
      buffers.close();
      isEmptied = true;
    }
  }

  /**
   * Keeps copies of rows, taken in one launch after what is in the stream. A key that is here keeps
   * its row.
   *
   * @return the keys that were let in. Not among them: what is here already, is larger than the
   *     limit, is refused, or finds no memory on a device that others have filled
   * @throws DeviceException if the driver refuses; nothing was kept then
   */
  public Set<K> add(List<NewRow<K, A>> rows, long stream) {
    RowTable.Plan<K, A> plan = inLock(() -> isClosed ? null : admission.plan(rows, stream));
    if (plan == null) {
      return Set.of();
    }
    long refusalsBefore = admission.refusals();
    try {
      handover.of(plan.leaving());
    } finally {
      tell(leave(plan.leaving(), plan.promisedBytes()));
    }
    plan.refused().forEach(departures::refused);
    Set<K> entered =
        inLock(
            () -> {
              buffers.freeUnused(table::giveBack);
              return isClosed ? Set.of() : admission.admit(plan.entering(), stream);
            });
    if (admission.refusals() != refusalsBefore) {
      departures.noMemory(device.ordinal());
    }
    return entered;
  }

  /** Counts that rows were asked for which were not here and entered. */
  public void countMisses(List<NewRow<K, A>> rows) {
    rows.forEach(gate::missed);
  }

  /**
   * Keeps a copy of a row that is on the host, if there is room without anything leaving.
   *
   * @param parts the bytes of each part, copied before this returns
   * @return whether the row is here now
   * @throws DeviceException if the driver refuses
   */
  public boolean addFromHost(K key, A about, byte[][] parts) {
    long[] lengths = Arrays.stream(parts).mapToLong(part -> part.length).toArray();
    ResidentRow<K, A> row = new ResidentRow<>(key, about, lengths);
    return inLock(
        () -> {
          buffers.freeUnused(table::giveBack);
          return !isClosed && admission.admit(row, parts);
        });
  }

  private List<byte[][]> copiesOnHost(List<ResidentRow<K, A>> rows) {
    try (RowDownload<K, A> download = new RowDownload<>(device, rows)) {
      inLock(() -> download.queue(buffers.stream()));
      return download.await();
    }
  }

  /** Takes rows that have departed out of the table. Returns those that are nowhere now. */
  private List<ResidentRow<K, A>> leave(List<ResidentRow<K, A>> rows, long promisedBytes) {
    List<ResidentRow<K, A>> dropped = new ArrayList<>();
    try {
      lock.lock();
      isUsable();
      if (!device.isLost()) {
        table.keepPromise(promisedBytes);
      }
      for (ResidentRow<K, A> row : rows) {
        if (table.remove(row)) {
          loose++;
          demotions += row.isDemoted ? 1 : 0;
          evictions += row.isDemoted ? 0 : 1;
          if (!row.isDemoted) {
            dropped.add(row);
          }
        }
      }
      release(rows);
    } finally {
      lock.unlock();
    }
    return dropped;
  }

  /** Ends a use of rows; those that were only waited for are to be freed. */
  private void release(List<? extends @Nullable ResidentRow<K, A>> rows) {
    List<ResidentRow<K, A>> unused = new ArrayList<>();
    for (ResidentRow<K, A> row : rows) {
      if (row != null && --row.pins == 0 && !row.isHeld) {
        unused.add(row);
        loose--;
      }
    }
    buffers.discard(unused);
  }

  private void tell(List<ResidentRow<K, A>> dropped) {
    dropped.forEach(row -> departures.dropped(row.key, row.about));
  }

  /**
   * Gives memory back until no more than this is taken; what goes moves to the host where it is
   * wanted. Waits for it.
   *
   * @return bytes taken afterwards: more, if calls under way read rows
   */
  public long trim(long toBytes) {
    List<ResidentRow<K, A>> leaving =
        ifUsable(List.of(), () -> table.takeOldest(table.heldBytes() - toBytes));
    try {
      handover.of(leaving);
    } finally {
      tell(leave(leaving, 0));
    }
    inLock(
        () -> {
          buffers.freeUnused(table::giveBack);
          return isClosed || buffers.trim();
        });
    return stats().bytes().bytes();
  }

  /** Drops one row. Not told as an eviction. */
  public void remove(K key) {
    whileUsable(
        () -> {
          ResidentRow<K, A> row = table.use(key);
          if (row != null) {
            drop(List.of(row));
          }
        });
  }

  /** Drops all rows. Not told as evictions. */
  public void clear() {
    whileUsable(
        () -> {
          drop(table.all());
          gate.cleared();
        });
  }

  private void drop(List<ResidentRow<K, A>> rows) {
    rows.forEach(table::remove);
    List<ResidentRow<K, A>> unused = new ArrayList<>();
    for (ResidentRow<K, A> row : rows) {
      if (row.pins == 0) {
        unused.add(row);
      } else {
        loose++;
      }
    }
    buffers.discard(unused);
  }

  private void whileUsable(Runnable call) {
    try {
      lock.lock();
      if (isUsable()) {
        call.run();
        tidy();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What there is now. */
  public DeviceStats stats() {
    try {
      lock.lock();
      isUsable();
      return new DeviceStats(
          device.ordinal(),
          table.size(),
          ByteSize.ofBytes(table.heldBytes()),
          ByteSize.ofBytes(table.limitBytes()),
          hits,
          evictions,
          demotions);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Frees everything that no call is about to read, after what is under way, and the rest when
   * those calls end. Nothing is found any more. Waits for no launch, unless the driver has no
   * pools.
   */
  @Override
  public void close() {
    whileUsable(
        () -> {
          isClosed = true;
          drop(table.all());
        });
  }

  private boolean isUsable() {
    if (device.isLost() && !isClosed) { // its memory is gone with the context
      isClosed = true;
      table.all().forEach(row -> departures.lost(row.about));
      table.forget();
      buffers.abandon();
    }
    return !isClosed;
  }

  private <R> R ifUsable(R otherwise, Supplier<R> call) {
    try {
      lock.lock();
      return isUsable() ? call.get() : otherwise;
    } finally {
      lock.unlock();
    }
  }

  private <R extends @Nullable Object> R inLock(Supplier<R> call) {
    try {
      lock.lock();
      try {
        return device.inContext(call);
      } finally {
        isUsable();
        tidy();
      }
    } finally {
      lock.unlock();
    }
  }
}
