package io.tensorcache.internal.resident;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one look-up that are on the device. They stay until this is closed, whatever is
 * evicted meanwhile. Confined to one thread.
 */
public final class DeviceHits<K, A> implements AutoCloseable {
  private final ResidentRows<K, A> owner;
  private final List<@Nullable ResidentRow<K, A>> rows;
  private GatherList copies = new GatherList(); // planned and not queued
  private boolean isClosed;

  DeviceHits(ResidentRows<K, A> owner, List<@Nullable ResidentRow<K, A>> rows) {
    this.owner = owner;
    this.rows = rows;
  }

  /** What is known of the i-th row that was asked for; null if it is not here. */
  public @Nullable A about(int i) {
    ResidentRow<K, A> row = rows.get(i);
    return row == null ? null : row.about;
  }

  /** The rows that are here were asked for. */
  public void countUse() {
    for (ResidentRow<K, A> row : rows) {
      if (row != null) {
        owner.asked(row);
      }
    }
  }

  /** The i-th row copied to the host; null if it is not here. Waits for it. */
  public @Nullable RowOnHost<A> onHost(int i) {
    ResidentRow<K, A> row = rows.get(i);
    return row == null ? null : owner.onHost(row);
  }

  /** Plans a copy of one part of a row that is here to an address on the device. */
  public void copy(int i, int part, long to) {
    ResidentRow<K, A> row = rows.get(i);
    if (row == null) {
      throw new IllegalArgumentException("row " + i + " is not on the device");
    }
    copies.add(row.partAddress(part), to, row.partBytes[part]);
  }

  /**
   * Queues all planned copies as one launch in the stream, and does not wait for it.
   *
   * @param hits rows that this serves, for the statistics
   * @throws io.tensorcache.error.DeviceException if the driver refuses
   */
  public void gather(long stream, long hits) {
    owner.gather(rows, copies, stream, hits);
    copies = new GatherList();
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      owner.unpin(rows);
    }
  }
}
