package io.tensorcache.internal.device;

import java.util.List;

/**
 * The TCH1 kernel for contiguous rows of one length, launched without waiting for its keys, for
 * benchmarks; a cache takes {@link Device#tch1}. Confined to one thread.
 */
public final class KeyKernel implements AutoCloseable {
  private static final int STRUCT = 64; // bytes from the pointer to the struct, in one block

  private final KernelKey key;
  private final long stream;
  private final long rows;
  private final long rowBytes;
  private final DeviceBlock counters;
  private final DeviceBlock partials;
  private final DeviceBlock out;
  private final PinnedBlock parameters;

  /** A kernel whose launches go to this stream of the key's device. */
  public KeyKernel(KernelKey key, long stream, long rows, long rowBytes) {
    this.key = key;
    this.stream = stream;
    this.rows = rows;
    this.rowBytes = rowBytes;
    Device device = key.device();
    LaunchPlan plan = LaunchPlan.tch1(List.of(input(0)), rows, device.multiprocessors());
    this.counters = device.allocate(plan.counterBytes());
    this.partials = device.allocate(plan.partialBytes());
    this.out = device.allocate(2 * Long.BYTES * rows);
    this.parameters = device.pinned(STRUCT + LaunchStruct.BYTES);
    parameters.slice(0, STRUCT).putLong(0, parameters.address() + STRUCT);
    device.inContext(
        () -> {
          Driver.fillWithZeros(counters.address(), Math.max(1, plan.counterBytes()), stream);
          return true;
        });
  }

  private RowsInput input(long address) {
    return new RowsInput(address, rowBytes, rowBytes, 1, 2, 1, 0, 0, new long[0], new long[0]);
  }

  /** Queues one launch for the rows from this device address on. */
  public void launch(long address) {
    Device device = key.device();
    List<RowsInput> inputs = List.of(input(address));
    LaunchPlan plan = LaunchPlan.tch1(inputs, rows, device.multiprocessors());
    LaunchStruct.write(
        parameters.slice(0, STRUCT + LaunchStruct.BYTES),
        STRUCT,
        plan,
        inputs,
        rows,
        key.address(),
        out.address(),
        counters.address(),
        partials.address());
    device.inContext(
        () -> {
          long function = device.function(plan.kernel());
          Driver.launch(function, plan.blocks(), LaunchPlan.THREADS, stream, parameters.address());
          return true;
        });
  }

  @Override
  public void close() {
    key.device().await(stream);
    parameters.close();
    out.close();
    partials.close();
    counters.close();
  }
}
