package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.PinnedBlock;
import java.util.ArrayList;
import java.util.List;

/** Copies rows to the host through one pinned block. Confined to one thread. */
final class RowDownload<K, A> implements AutoCloseable {
  private final Device device;
  private final List<ResidentRow<K, A>> rows;
  private final PinnedBlock block;

  RowDownload(Device device, List<ResidentRow<K, A>> rows) {
    this.device = device;
    this.rows = rows;
    this.block = device.pinned(rows.stream().mapToLong(row -> row.byteCount).sum());
  }

  /** Queues the copies in a stream, after what fills the rows. Under the lock of the rows. */
  RowDownload<K, A> queue(long stream) {
    block.use(
        stream,
        () -> {
          long at = block.address();
          for (ResidentRow<K, A> row : rows) {
            row.follow(stream);
            Driver.copyToHost(at, row.address, row.byteCount, stream);
            at += row.byteCount;
          }
        });
    return this;
  }

  /** Waits for the copies; the bytes of each part of each row. Without a lock. */
  List<byte[][]> await() {
    device.inContext(
        () -> {
          Driver.await(block.event());
          return true;
        });
    List<byte[][]> all = new ArrayList<>(rows.size());
    long at = 0;
    for (ResidentRow<K, A> row : rows) {
      byte[][] parts = new byte[row.partBytes.length][];
      for (int part = 0; part < parts.length; part++) {
        parts[part] = new byte[Math.toIntExact(row.partBytes[part])];
        block.slice(at + row.partOffset(part), parts[part].length).get(parts[part]);
      }
      all.add(parts);
      at += row.byteCount;
    }
    return all;
  }

  @Override
  public void close() {
    block.close();
  }
}
