package io.tensorcache.internal.device;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * TCH1 of a list of pieces of device memory, each of its own length, in one launch. Takes its
 * memory for the launch and gives it back: it is for fingerprints, not for every batch. Stateless.
 */
public final class ListHash {
  /** A pointer to the struct, the struct, the items, and the digests, in one pinned block. */
  private static final int STRUCT = 16;

  private static final int ITEMS = 80;
  private static final int ITEM_BYTES = 40;
  private static final int DIGEST_BYTES = 16;

  private ListHash() {}

  /** Units of each item: the decision of plan_list in {@code plan.h}. */
  static long[] units(List<ListItem> items, int multiprocessors) {
    long resident = (long) multiprocessors * LaunchPlan.BLOCKS_PER_MULTIPROCESSOR;
    long tiles = items.stream().mapToLong(ListHash::tiles).sum();
    long perUnit = Math.max(LaunchPlan.WARPS, Math.min(1 << 24, tiles / (4 * resident)));
    return items.stream()
        .mapToLong(item -> Math.max(1, (tiles(item) + perUnit - 1) / perUnit))
        .toArray();
  }

  private static long tiles(ListItem item) {
    return (item.byteCount() + LaunchPlan.TILE_BYTES - 1) / LaunchPlan.TILE_BYTES;
  }

  /**
   * The digests of memory of the key's device, after what is in the stream. Returns when they are
   * here.
   *
   * @param items at least one
   * @return {@code [item][2]}
   * @throws IllegalStateException if the stream is being captured
   * @throws io.tensorcache.error.DeviceException if the driver refuses something
   */
  public static long[] digests(KernelKey key, long stream, List<ListItem> items) {
    long[] out = new long[2 * items.size()];
    Device device = key.device();
    return device.inContext(
        () -> {
          device.requireNoCapture(stream);
          run(device, key, stream, items, out);
          Reference.reachabilityFence(key); // its memory is freed with it
          return out;
        });
  }

  private static void run(
      Device device, KernelKey key, long stream, List<ListItem> items, long[] out) {
    long[] units = units(items, device.multiprocessors());
    long sum = 0;
    for (long each : units) {
      sum += each;
    }
    boolean isSplit = sum > items.size();
    long counterBytes = isSplit ? (long) Integer.BYTES * items.size() : Integer.BYTES;
    long partialBytes = isSplit ? LaunchPlan.PARTIAL_BYTES * sum : LaunchPlan.PARTIAL_BYTES;
    int digests = (ITEMS + ITEM_BYTES * items.size() + 15) / 16 * 16;
    try (PinnedBlock block = device.pinned(digests + (long) DIGEST_BYTES * items.size());
        DeviceBlock counters = device.allocate(counterBytes);
        DeviceBlock partials = device.allocate(partialBytes)) {
      long mapped = Driver.mapped(block.address());
      ByteBuffer bytes = block.slice(0, digests + DIGEST_BYTES * items.size());
      bytes
          .putLong(block.address() + STRUCT)
          .position(STRUCT)
          .putLong(key.address())
          .putLong(mapped + digests)
          .putLong(counters.address())
          .putLong(partials.address())
          .putLong(mapped + ITEMS)
          .putLong(items.size())
          .putLong(sum);
      write(items, units, bytes.position(ITEMS));
      int blocks = (int) Math.min(1 << 20, sum);
      long function = device.function("tch1_list");
      block.use(
          stream,
          () -> {
            Driver.fillWithZeros(counters.address(), counterBytes, stream);
            Driver.launch(function, blocks, LaunchPlan.THREADS, stream, block.address());
          });
      Driver.await(block.event());
      bytes.position(digests);
      bytes.slice().order(bytes.order()).asLongBuffer().get(out, 0, 2 * items.size());
    }
  }

  private static void write(List<ListItem> items, long[] units, ByteBuffer bytes) {
    long firstUnit = 0;
    for (int i = 0; i < units.length; i++) {
      ListItem item = items.get(i);
      bytes
          .putLong(item.address())
          .putLong(item.byteCount())
          .putLong(item.t0())
          .putLong(item.t1())
          .putLong(firstUnit);
      firstUnit += units[i];
    }
  }
}
