package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.LaunchPlan;
import io.tensorcache.internal.device.PinnedBlock;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Copies inside a device that one launch makes: each from its own address to its own, any
 * alignment, none overlapping another's target. Confined to one thread.
 */
public final class GatherList {
  /** A pointer to the struct, the struct, and the items, in one block of pinned memory. */
  private static final int STRUCT = 16;

  private static final int ITEMS = 64;
  private static final int ITEM_BYTES = 24;
  private static final long BYTES_PER_UNIT = 4096;

  private long[] items = new long[3 * 32];
  private int count;
  private long longest;

  /** Adds a copy; one of no bytes is left out. */
  public void add(long from, long to, long byteCount) {
    if (byteCount == 0) {
      return;
    }
    if (3 * count == items.length) {
      items = Arrays.copyOf(items, 2 * items.length);
    }
    items[3 * count] = from;
    items[3 * count + 1] = to;
    items[3 * count + 2] = byteCount;
    count++;
    longest = Math.max(longest, byteCount);
  }

  boolean isEmpty() {
    return count == 0;
  }

  long blockBytes() {
    return ITEMS + (long) ITEM_BYTES * count;
  }

  /** Units that each copy is split into: the decision of plan_gather in {@code plan.h}. */
  static int parts(long count, long longest, int multiprocessors) {
    long resident = (long) multiprocessors * LaunchPlan.BLOCKS_PER_MULTIPROCESSOR;
    long most = Math.min(Math.max(1, longest / BYTES_PER_UNIT), 1 << 20);
    return (int) Math.max(1, Math.min(most, 2 * resident / count));
  }

  static int blocks(long units, int multiprocessors) {
    long resident = (long) multiprocessors * LaunchPlan.BLOCKS_PER_MULTIPROCESSOR;
    return (int) Math.max(1, Math.min(1 << 20, Math.min(units, 8 * resident)));
  }

  /**
   * Queues the launch and records the block's event after it. Called with the context current. The
   * block must not be used again before its event is done; if this fails, nothing uses it.
   */
  void launch(Device device, long stream, PinnedBlock block) {
    int parts = parts(count, longest, device.multiprocessors());
    long units = (long) count * parts;
    ByteBuffer bytes = block.slice(0, Math.toIntExact(blockBytes()));
    bytes
        .putLong(block.address() + STRUCT)
        .position(STRUCT)
        .putLong(Driver.mapped(block.address()) + ITEMS)
        .putLong(count)
        .putLong(units)
        .putInt(parts)
        .putInt(0);
    bytes.position(ITEMS);
    bytes.slice().order(bytes.order()).asLongBuffer().put(items, 0, 3 * count);
    long function = device.function("gather_rows");
    int blocks = blocks(units, device.multiprocessors());
    block.use(
        stream, () -> Driver.launch(function, blocks, LaunchPlan.THREADS, stream, block.address()));
  }
}
