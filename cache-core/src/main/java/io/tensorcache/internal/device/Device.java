package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
  private final DeviceContext context;
  private final RankedLock testLock = new RankedLock(Rank.DEVICE_TEST);
  private final RankedLock lock = new RankedLock(Rank.DEVICE);
  private final Map<String, Long> functions = new ConcurrentHashMap<>();
  private final RankedLock workspacesLock = new RankedLock(Rank.DEVICE_WORKSPACES);
  private final Map<Long, Workspace>
      workspaces = // guarded by workspacesLock; by stream, eldest first
      new LinkedHashMap<>(16, 0.75f, true);
  private final PinnedPool pinned = new PinnedPool(this);
  private volatile @Nullable KernelImage image;
  private @Nullable String findings; // guarded by testLock
  private long stream; // guarded by lock; 0 until it is needed

  private Device(int ordinal) {
    this.ordinal = ordinal;
    this.name = Driver.deviceName(ordinal);
    this.multiprocessors = Driver.attribute(MULTIPROCESSOR_COUNT, ordinal);
    this.capability =
        10 * Driver.attribute(CAPABILITY_MAJOR, ordinal)
            + Driver.attribute(CAPABILITY_MINOR, ordinal);
    this.context = new DeviceContext(ordinal, name);
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
    return context.isLost();
  }

  /** What a test of this device's kernels found, which is run once; empty if all is well. */
  public String tested(Supplier<String> test) {
    try {
      testLock.lock();
      String found = findings;
      if (found == null) {
        found = test.get();
        findings = found;
      }
      return found;
    } finally {
      testLock.unlock();
    }
  }

  /** Copies key material to the device and prepares it. */
  public KernelKey newKey(long[] table) {
    if (table.length * Long.BYTES != LaunchStruct.KEY_TABLE_BYTES) {
      throw new IllegalArgumentException(table.length + " words of key material: must be 545");
    }
    return context.with(() -> prepareKey(table));
  }

  /** A stream that is nobody else's, for what has no stream of its own. */
  public long stream() {
    return context.with(this::streamHere);
  }

  private long streamHere() {
    try {
      lock.lock();
      if (stream == 0) {
        stream = PoolDriver.createStream();
      }
      return stream;
    } finally {
      lock.unlock();
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
      long own = streamHere();
      long function = function("tch1_prepare_key");
      block.use(
          own,
          () -> {
            Driver.copyToDevice(key.address(), block.address(), bytes, own);
            Driver.launch(function, 1, 32, own, block.address() + bytes);
          });
      Driver.await(block.event());
    }
    return key;
  }

  /** A kernel. No lock of the map is held while the image is loaded. */
  public long function(String kernel) {
    Long found = functions.get(kernel);
    if (found == null) {
      found = Driver.function(module(), kernel);
      functions.put(kernel, found);
    }
    return found;
  }

  private long module() {
    try {
      lock.lock();
      KernelImage loaded = image;
      if (loaded == null) {
        loaded = KernelImage.load();
        image = loaded;
      }
      return loaded.module();
    } finally {
      lock.unlock();
    }
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
    requireLaunchable(rows);
    for (int i = 0; i < inputs.size(); i += RowsInput.MAX_INPUTS) {
      List<RowsInput> some = inputs.subList(i, Math.min(inputs.size(), i + RowsInput.MAX_INPUTS));
      LaunchPlan plan = LaunchPlan.tch1(some, rows, multiprocessors);
      launch(plan, key, stream, rows, some, 2, out, Math.toIntExact(at + 2 * rows * i));
    }
  }

  /** torchcache's hash of rows, in the same way: {@code [row]}. */
  public void torchcache(KernelKey key, long stream, long rows, RowsInput input, long[] out) {
    requireLaunchable(rows);
    List<RowsInput> inputs = List.of(input);
    LaunchPlan plan = LaunchPlan.torchcache(inputs, rows, multiprocessors);
    launch(plan, key, stream, rows, inputs, 1, out, 0);
  }

  private static void requireLaunchable(long rows) {
    if (rows < 1 || rows > LaunchPlan.MAX_ROWS) {
      throw new IllegalArgumentException(
          rows + " rows in a launch: must be in 1.." + LaunchPlan.MAX_ROWS);
    }
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
    try {
      context.with(
          () -> {
            requireNoCapture(stream);
            long function = function(plan.kernel());
            boolean done = false;
            while (!done) { // another thread may have closed it
              Workspace space = workspace(stream);
              done = space.run(function, plan, inputs, rows, key.address(), words, out, at);
            }
            return true;
          });
    } finally {
      Reference.reachabilityFence(key); // its memory is freed with it
    }
  }

  private Workspace workspace(long stream) {
    Workspace eldest = null;
    Workspace found;
    try {
      workspacesLock.lock();
      found = workspaces.get(stream);
      if (found == null || found.isClosed()) {
        found = new Workspace(stream);
        workspaces.put(stream, found);
        if (workspaces.size() > MAX_WORKSPACES) {
          eldest = workspaces.remove(workspaces.keySet().iterator().next());
        }
      }
    } finally {
      workspacesLock.unlock();
    }
    if (eldest != null) {
      tryInContext(eldest::close);
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
    context.look(
        () -> {
          requireOwn(address, address, byteCount, "begins");
          requireOwn(address + byteCount - 1, address, byteCount, "ends");
        });
  }

  private void requireOwn(long at, long address, long byteCount, String which) {
    int found = Driver.deviceOf(at);
    if (found != ordinal) {
      context.requireLife();
      throw new DeviceException(
          String.format(
              Locale.ROOT,
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
    return context.with(() -> pinned.take(byteCount));
  }

  /** Pinned memory for copies, asked for with the context current. */
  public PinnedBlock pinnedHere(long byteCount) {
    return pinned.take(byteCount);
  }

  /** Device memory of any content. */
  public DeviceBlock allocate(long byteCount) {
    return context.with(() -> new DeviceBlock(this, Driver.allocate(Math.max(1, byteCount))));
  }

  /** Queues a copy from the start of a block in the stream; the block may be closed at once. */
  public void upload(PinnedBlock from, long to, long byteCount, long stream) {
    upload(from, 0, to, byteCount, stream);
  }

  /** Queues a copy from a part of a block in the stream; the block may be closed at once. */
  public void upload(PinnedBlock from, long offset, long to, long byteCount, long stream) {
    Objects.checkFromIndexSize(offset, byteCount, from.byteCount());
    long address = from.address() + offset;
    transfer(stream, from, () -> Driver.copyToDevice(to, address, byteCount, stream), false);
  }

  /** Copies to the start of a block, after what is in the stream, and waits for it. */
  public void download(long from, PinnedBlock to, long byteCount, long stream) {
    transfer(stream, to, () -> Driver.copyToHost(to.address(), from, byteCount, stream), true);
  }

  private void transfer(long stream, PinnedBlock block, Runnable copy, boolean wait) {
    if (block.byteCount() == 0) {
      return;
    }
    context.with(
        () -> {
          requireNoCapture(stream);
          block.use(stream, copy);
          if (wait) {
            Driver.await(block.event());
          }
          return true;
        });
  }

  /** Waits for everything that is in the stream. */
  public void await(long stream) {
    context.with(
        () -> {
          requireNoCapture(stream);
          Driver.synchronize(stream);
          return true;
        });
  }

  /** Copies inside the device, in the stream. Close it on the same thread. */
  public DeviceCopies copies(long stream) {
    int before = context.enter();
    try {
      requireNoCapture(stream);
      return new DeviceCopies(context, before, stream);
    } catch (RuntimeException | Error e) {
      context.leave(before);
      throw e;
    }
  }

  public void requireNoCapture(long stream) {
    if (context.whereCurrent(() -> Driver.isCapturing(stream))) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "stream 0x%x of device %d is being captured into a graph: call the cached function"
                  + " outside of the capture",
              stream,
              ordinal));
    }
  }

  public int multiprocessors() {
    return multiprocessors;
  }

  /** Calls with this device's context current. */
  public <R extends @Nullable Object> R inContext(Supplier<R> call) {
    return context.with(call);
  }

  /** Frees memory; what the driver refuses is tried once more. */
  void free(long address) {
    boolean[] isFreed = new boolean[1];
    for (int attempt = 0; attempt < 2 && !isFreed[0]; attempt++) {
      tryInContext(
          () -> {
            Driver.free(address);
            isFreed[0] = true;
          });
    }
  }

  /** Runs a clean-up whose failure changes nothing. */
  public void tryInContext(Runnable cleanUp) {
    context.tryWith(cleanUp);
  }
}
