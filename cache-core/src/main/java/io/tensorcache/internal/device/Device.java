package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One CUDA device through its primary context, which engines use too. The context is current only
 * while a method runs; the caller's stays what it was. Safe for use by several threads.
 *
 * <p>Streams are the driver's handles; 0 is the legacy default stream.
 */
public final class Device {
  private static final int MULTIPROCESSOR_COUNT = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int MAX_WORKSPACES = 32;

  private final int ordinal;
  private final String name;
  private final int multiprocessors;
  private final int capability;
  private final long context;
  private final Map<String, Long> functions = new ConcurrentHashMap<>();
  private final Map<Long, Workspace> workspaces = // guarded by itself; by stream, eldest first
      new LinkedHashMap<>(16, 0.75f, true);
  private final PinnedPool pinned = new PinnedPool(this);
  private volatile @Nullable KernelImage image;
  private @Nullable String findings; // guarded by this
  private volatile boolean lost;

  private Device(int ordinal) {
    this.ordinal = ordinal;
    this.name = Driver.deviceName(ordinal);
    this.multiprocessors = Driver.attribute(MULTIPROCESSOR_COUNT, ordinal);
    this.capability =
        10 * Driver.attribute(CAPABILITY_MAJOR, ordinal)
            + Driver.attribute(CAPABILITY_MINOR, ordinal);
    this.context = Driver.retainPrimary(ordinal);
  }

  /** Retains the primary context. */
  static Device open(int ordinal) {
    return new Device(ordinal);
  }

  /** Counted from 0, as the driver does. */
  public int ordinal() {
    return ordinal;
  }

  /** For example {@code device 0 NVIDIA H200, sm_90}, and the image of the kernels once loaded. */
  public String description() {
    KernelImage loaded = image;
    String text = "device " + ordinal + " " + name + ", sm_" + capability;
    return loaded == null ? text : text + ", kernels from the " + loaded.name();
  }

  /** True if the context is gone; another {@link Devices#device} may find a new one. */
  public boolean isLost() {
    return lost;
  }

  /** What a test of this device's kernels found, which is run once; empty if all is well. */
  public synchronized String tested(Supplier<String> test) {
    String found = findings;
    if (found == null) {
      found = test.get();
      findings = found;
    }
    return found;
  }

  /** Copies key material to the device and prepares it. */
  public KernelKey newKey(long[] table) {
    if (table.length * Long.BYTES != LaunchStruct.KEY_TABLE_BYTES) {
      throw new IllegalArgumentException(table.length + " words of key material: must be 545");
    }
    enter();
    try {
      return guarded(() -> prepareKey(table));
    } finally {
      leave();
    }
  }

  private KernelKey prepareKey(long[] table) {
    KernelKey key = new KernelKey(this, Driver.allocate(LaunchStruct.KEY_BYTES));
    int bytes = LaunchStruct.KEY_TABLE_BYTES;
    try (PinnedBlock block = pinned.take(bytes + 2 * Long.BYTES)) {
      ByteBuffer staged = block.slice(0, bytes + 2 * Long.BYTES);
      staged.asLongBuffer().put(table);
      staged.putLong(bytes, block.address() + bytes + Long.BYTES);
      staged.putLong(bytes + Long.BYTES, key.address());
      try {
        Driver.copyToDevice(key.address(), block.address(), bytes, 0);
        Driver.launch(function("tch1_prepare_key"), 1, 32, 0, block.address() + bytes);
        Driver.record(block.event(), 0);
        Driver.await(block.event());
      } catch (DeviceException e) {
        block.abandon();
        throw e;
      }
    }
    return key;
  }

  long function(String kernel) {
    return functions.computeIfAbsent(kernel, wanted -> Driver.function(module(), wanted));
  }

  private synchronized long module() {
    KernelImage loaded = image;
    if (loaded == null) {
      loaded = KernelImage.load();
      image = loaded;
    }
    return loaded.module();
  }

  /**
   * The TCH1 digests of rows in this device's memory, after everything that is in the stream.
   * Returns when they are here.
   *
   * @param out receives {@code [input][row][2]} from {@code at} on
   * @throws IllegalStateException if the stream is being captured
   * @throws DeviceException if the driver refuses something
   */
  public void tch1(
      KernelKey key, long stream, long rows, List<RowsInput> inputs, long[] out, int at) {
    for (int i = 0; i < inputs.size(); i += RowsInput.MAX_INPUTS) {
      List<RowsInput> some = inputs.subList(i, Math.min(inputs.size(), i + RowsInput.MAX_INPUTS));
      LaunchPlan plan = LaunchPlan.tch1(some, rows, multiprocessors);
      launch(plan, key, stream, rows, some, 2, out, Math.toIntExact(at + 2 * rows * i));
    }
  }

  /** torchcache's hash of rows, in the same way: {@code [row]}. */
  public void torchcache(KernelKey key, long stream, long rows, RowsInput input, long[] out) {
    List<RowsInput> inputs = List.of(input);
    LaunchPlan plan = LaunchPlan.torchcache(inputs, rows, multiprocessors);
    launch(plan, key, stream, rows, inputs, 1, out, 0);
  }

  private void launch(
      LaunchPlan plan,
      KernelKey key,
      long stream,
      long rows,
      List<RowsInput> inputs,
      int words,
      long[] out,
      int at) {
    if (rows < 1 || rows > LaunchPlan.MAX_ROWS) {
      throw new IllegalArgumentException(
          rows + " rows in a launch: must be in 1.." + LaunchPlan.MAX_ROWS);
    }
    enter();
    try {
      requireNoCapture(stream);
      guarded(
          () -> {
            long function = function(plan.kernel());
            boolean done = false;
            while (!done) {
              Workspace space = workspace(stream);
              done = space.run(function, plan, inputs, rows, key.address(), words, out, at);
            }
          });
    } finally {
      leave();
      Reference.reachabilityFence(key); // its memory is freed with it
    }
  }

  private Workspace workspace(long stream) {
    Workspace eldest = null;
    Workspace found;
    synchronized (workspaces) {
      found = workspaces.get(stream);
      if (found == null) {
        found = new Workspace(stream);
        workspaces.put(stream, found);
        if (workspaces.size() > MAX_WORKSPACES) {
          eldest = workspaces.remove(workspaces.keySet().iterator().next());
        }
      }
    }
    if (eldest != null) {
      eldest.close();
    }
    return found;
  }

  /**
   * Checks that a block lies in this device's memory.
   *
   * @throws DeviceException if its first or last byte does not: not device memory, another
   *     device's, freed, or shorter than said
   */
  public void requireMemory(long address, long byteCount) {
    if (byteCount == 0) {
      return;
    }
    enter();
    try {
      requireOwn(address, address, byteCount, "begins");
      requireOwn(address + byteCount - 1, address, byteCount, "ends");
    } finally {
      leave();
    }
  }

  private void requireOwn(long at, long address, long byteCount, String which) {
    int found = guarded(() -> Driver.deviceOf(at));
    if (found != ordinal) {
      throw new DeviceException(
          String.format(
              "the block of %d bytes at 0x%x %s %s, not in memory of device %d: wrong address or"
                  + " length, freed, or lost with an earlier context of the device; load the tensor"
                  + " again",
              byteCount,
              address,
              which,
              found < 0 ? "in no device's memory" : "in memory of device " + found,
              ordinal));
    }
  }

  /** Pinned memory for copies; any content. */
  public PinnedBlock pinned(long byteCount) {
    enter();
    try {
      return guarded(() -> pinned.take(byteCount));
    } finally {
      leave();
    }
  }

  /** Device memory of any content. */
  public DeviceBlock allocate(long byteCount) {
    enter();
    try {
      return guarded(() -> new DeviceBlock(this, Driver.allocate(Math.max(1, byteCount))));
    } finally {
      leave();
    }
  }

  /** Queues a copy from the start of a block in the stream; the block may be closed at once. */
  public void upload(PinnedBlock from, long to, long byteCount, long stream) {
    transfer(stream, from, () -> Driver.copyToDevice(to, from.address(), byteCount, stream), false);
  }

  /** Copies to the start of a block, after what is in the stream, and waits for it. */
  public void download(long from, PinnedBlock to, long byteCount, long stream) {
    transfer(stream, to, () -> Driver.copyToHost(to.address(), from, byteCount, stream), true);
  }

  private void transfer(long stream, PinnedBlock block, Runnable copy, boolean wait) {
    if (block.byteCount() == 0) {
      return;
    }
    enter();
    try {
      requireNoCapture(stream);
      guarded(
          () -> {
            copy.run();
            try {
              Driver.record(block.event(), stream);
            } catch (DeviceException e) {
              block.abandon();
              throw e;
            }
            if (wait) {
              Driver.await(block.event());
            }
          });
    } finally {
      leave();
    }
  }

  /** Waits for everything that is in the stream. */
  public void await(long stream) {
    enter();
    try {
      requireNoCapture(stream);
      guarded(() -> Driver.synchronize(stream));
    } finally {
      leave();
    }
  }

  /** Copies inside the device, in the stream. Close it on the same thread. */
  public DeviceCopies copies(long stream) {
    enter();
    try {
      requireNoCapture(stream);
      return new DeviceCopies(this, stream);
    } catch (RuntimeException | Error e) {
      leave();
      throw e;
    }
  }

  void requireNoCapture(long stream) {
    if (guarded(() -> Driver.isCapturing(stream))) {
      throw new IllegalStateException(
          String.format(
              "stream 0x%x of device %d is being captured into a graph: call the cached function"
                  + " outside of the capture",
              stream, ordinal));
    }
  }

  int multiprocessors() {
    return multiprocessors;
  }

  /** Calls with this device's context current. */
  <R extends @Nullable Object> R inContext(Supplier<R> call) {
    enter();
    try {
      return guarded(call);
    } finally {
      leave();
    }
  }

  private void enter() {
    guarded(() -> Driver.push(context));
  }

  void leave() {
    try {
      Driver.pop();
    } catch (DeviceException e) {
      lost = true; // what made it fail is thrown already, or the next call will tell
    }
  }

  void guarded(Runnable call) {
    guarded(
        () -> {
          call.run();
          return true;
        });
  }

  private <R extends @Nullable Object> R guarded(Supplier<R> call) {
    try {
      return call.get();
    } catch (DeviceException e) {
      if (LostContext.isMeantBy(e)) {
        lost = true;
        throw LostContext.told("device " + ordinal + " " + name, e);
      }
      throw e;
    }
  }

  /** Runs a clean-up whose failure changes nothing: with the context, its memory is gone too. */
  void tryInContext(Runnable cleanUp) {
    if (lost) {
      return;
    }
    try {
      enter();
      try {
        guarded(cleanUp);
      } finally {
        leave();
      }
    } catch (DeviceException e) {
      org.slf4j.LoggerFactory.getLogger(Device.class).debug("clean-up: {}", e.getMessage());
    }
  }
}
