package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.PoolDriver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets new rows in: which, and how they get memory. Called with the context current; guarded by the
 * lock of the {@link ResidentRows}.
 */
final class RowAdmission<K, A> {
  private final Device device;
  private final RowTable<K, A> table;
  private final RowBuffers<K, A> buffers;
  private final long reserveBytes;
  private volatile long refusals; // read without the lock too

  RowAdmission(Device device, RowTable<K, A> table, RowBuffers<K, A> buffers, long reserveBytes) {
    this.device = device;
    this.table = table;
    this.buffers = buffers;
    this.reserveBytes = reserveBytes;
  }

  /**
   * @throws IllegalArgumentException if a limit is more than the device has
   */
  static void requireMemory(Device device, long limitBytes) {
    long total = device.inContext(PoolDriver::totalBytes);
    if (limitBytes > total) {
      throw new IllegalArgumentException(
          "a device tier of "
              + limitBytes
              + " bytes: "
              + device.description()
              + " has "
              + total
              + " bytes in all");
    }
  }

  /** Times that the device had no memory left. Needs no lock. */
  long refusals() {
    return refusals;
  }

  /** What has to happen so that rows have room; null if all are here. */
  RowTable.@Nullable Plan<K, A> plan(List<NewRow<K, A>> rows, long stream) {
    device.requireNoCapture(stream);
    List<NewRow<K, A>> wanted = new ArrayList<>();
    Set<K> seen = new HashSet<>();
    long need = 0;
    for (NewRow<K, A> row : rows) {
      if (table.use(row.key()) == null && seen.add(row.key())) {
        wanted.add(row);
        need += ResidentRow.bytesOf(row.byteCounts());
      }
    }
    return wanted.isEmpty() ? null : table.plan(wanted, mostBytes(need));
  }

  /** What may be held now so that the reserve is left to others. */
  private long mostBytes(long need) {
    return reserveBytes == 0
        ? Long.MAX_VALUE
        : Math.max(0, table.heldBytes() + buffers.freeBytes(need + reserveBytes) - reserveBytes);
  }

  /** Takes rows in as far as there is memory, by one launch. Returns the keys of those. */
  Set<K> admit(List<NewRow<K, A>> entering, long stream) {
    List<ResidentRow<K, A>> fresh = new ArrayList<>();
    List<NewRow<K, A>> from = new ArrayList<>();
    try {
      for (NewRow<K, A> row : entering) {
        ResidentRow<K, A> made = new ResidentRow<>(row.key(), row.about(), row.byteCounts());
        if (!table.contains(row.key()) && table.take(made.byteCount)) {
          if (!allocate(made)) {
            break;
          }
          fresh.add(made);
          from.add(row);
        }
      }
      buffers.fill(fresh, from, stream);
    } catch (RuntimeException | Error e) {
      buffers.discard(fresh);
      throw e;
    }
    Set<K> entered = new HashSet<>();
    for (ResidentRow<K, A> row : fresh) {
      table.put(row);
      row.use(table.age());
      entered.add(row.key);
    }
    return entered;
  }

  /** Takes in one row that is on the host; false if it would not fit without anything leaving. */
  boolean admit(ResidentRow<K, A> row, byte[][] parts) {
    if (table.contains(row.key)) {
      return true;
    }
    if (table.heldBytes() + row.byteCount > mostBytes(row.byteCount)
        || !table.take(row.byteCount)
        || !allocate(row)) {
      return false;
    }
    try {
      buffers.fill(row, parts);
    } catch (RuntimeException | Error e) {
      buffers.discard(List.of(row));
      throw e;
    }
    table.put(row);
    return true;
  }

  private boolean allocate(ResidentRow<K, A> row) {
    boolean isThere = false;
    try {
      isThere = buffers.allocate(row);
      refusals += isThere ? 0 : 1;
      return isThere;
    } finally {
      if (!isThere) {
        table.giveBack(row.byteCount);
      }
    }
  }
}
