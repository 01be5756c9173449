package io.tensorcache.internal.resident;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.PoolDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The memory of rows and what uses it at this moment. Called with the context current; guarded by
 * the lock of the {@link ResidentRows}.
 */
final class RowBuffers<K, A> {
  private final Device device;
  private final RowMemory memory;
  private final Launches launches = new Launches();
  private final Deque<ResidentRow<K, A>> unused = new ArrayDeque<>(); // to be freed

  RowBuffers(Device device) {
    this.device = device;
    this.memory = new RowMemory(device.ordinal());
  }

  /** The stream in whose order memory comes and goes. */
  long stream() {
    return memory.stream();
  }

  /**
   * Bytes of the device that nobody has, after giving back what lies idle if that is too little.
   */
  long freeBytes(long wanted) {
    long free = PoolDriver.freeBytes();
    if (free >= wanted) {
      return free;
    }
    memory.trim();
    return PoolDriver.freeBytes();
  }

  /** Copies rows that are here, after what fills them. */
  void gather(List<@Nullable ResidentRow<K, A>> rows, GatherList copies, long stream) {
    device.requireNoCapture(stream);
    launches.prune();
    for (ResidentRow<K, A> row : rows) {
      if (row != null) {
        row.follow(stream);
      }
    }
    launch(copies, stream);
  }

  private @Nullable Launch launch(GatherList copies, long stream) {
    if (copies.isEmpty()) {
      return null;
    }
    PinnedBlock block = device.pinnedHere(copies.blockBytes());
    try {
      copies.launch(device, stream, block);
    } catch (RuntimeException | Error e) {
      block.close();
      throw e;
    }
    return launches.add(block);
  }

  /** False if the device has no memory left. */
  boolean allocate(ResidentRow<K, A> row) {
    try {
      row.address = memory.allocate(row.byteCount);
      return true;
    } catch (DeviceException e) {
      if (e.code() != PoolDriver.OUT_OF_MEMORY) {
        throw e;
      }
      return false;
    }
  }

  /** Fills rows that were just allocated, after what is in the stream. */
  void fill(List<ResidentRow<K, A>> rows, List<NewRow<K, A>> from, long stream) {
    if (rows.isEmpty()) {
      return;
    }
    memory.precede(stream);
    GatherList copies = new GatherList();
    for (int i = 0; i < rows.size(); i++) {
      ResidentRow<K, A> row = rows.get(i);
      for (int part = 0; part < row.partBytes.length; part++) {
        copies.add(from.get(i).from()[part], row.partAddress(part), row.partBytes[part]);
      }
    }
    Launch filling = launch(copies, stream);
    rows.forEach(row -> row.filling = filling);
  }

  /** Fills a row that was just allocated with bytes of the host. */
  void fill(ResidentRow<K, A> row, byte[][] parts) {
    PinnedBlock block = device.pinned(row.byteCount);
    try {
      for (int part = 0; part < parts.length; part++) {
        block.slice(row.partOffset(part), parts[part].length).put(parts[part]);
      }
      long stream = memory.stream();
      block.use(
          stream, () -> Driver.copyToDevice(row.address, block.address(), row.byteCount, stream));
    } catch (RuntimeException | Error e) {
      block.close();
      throw e;
    }
    row.filling = launches.add(block);
  }

  /** Takes rows that nobody uses any more, to be freed. Needs no driver. */
  void discard(List<ResidentRow<K, A>> rows) {
    unused.addAll(rows);
  }

  /** True if rows are to be freed. */
  boolean hasUnused() {
    return !unused.isEmpty();
  }

  /**
   * Frees what is unused after everything that is under way. What the driver refuses is tried again
   * by the next call.
   *
   * @param freed told the bytes of each row
   */
  void freeUnused(LongConsumer freed) {
    if (unused.isEmpty()) {
      return;
    }
    launches.prune();
    launches.holdBack(memory.stream());
    for (ResidentRow<K, A> row = unused.peek(); row != null; row = unused.peek()) {
      memory.free(row.address);
      unused.remove();
      freed.accept(row.byteCount);
    }
  }

  /** Gives the device what was freed; waits for it. True if there was a pool to do so. */
  boolean trim() {
    return memory.trim();
  }

  /** The device is lost, and everything with it. */
  void abandon() {
    launches.abandon();
    unused.clear();
  }

  /** When all rows are freed. What is under way goes on. Again, if the driver refused something. */
  void close() {
    launches.abandon();
    memory.close();
  }
}
