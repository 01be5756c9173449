package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.device.DeviceTensors;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys of tensors in device memory equal those of the same tensors in host memory. */
@RequiresStandin
class DeviceRowKeysTest {
  private static final int KEY_BYTES = 8456;
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final DeviceTensors device = new DeviceTensors(0);
  private final RowKeys keys = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);

  @AfterEach
  void free() {
    device.close();
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static TensorView host(TensorSpec spec, byte[] bytes) {
    return TensorView.of(spec, HostMemory.of(ByteBuffer.wrap(bytes)));
  }

  private static long[] digest(RowKeys keys, TensorView batch) {
    long[] out = new long[2 * (int) batch.spec().dim(0)];
    keys.digest(batch, keys.tweak(batch.spec().row(), 0, new byte[] {7}), out);
    return out;
  }

  private void assertSameKeys(RowKeys used, TensorView expected, TensorView actual) {
    String what = expected.spec() + ", random seed " + seed;
    assertArrayEquals(digest(used, expected), digest(used, actual), what);
  }

  @Test
  void hashesRowsOfAnyLengthWhereTheyLie() {
    for (int rowBytes : new int[] {0, 1, 15, 16, 17, 4095, 4096, 4097, 40_000}) {
      TensorSpec spec = TensorSpec.of(DType.UINT8, 3, rowBytes);
      byte[] data = bytes(3 * rowBytes);
      TensorView onDevice = TensorView.of(spec, device.memory(data, random.nextInt(16)));
      assertSameKeys(keys, host(spec, data), onDevice);
    }
    assertEquals(0, Standin.count("bytes to host"), "the data stay on the device");
  }

  @Test
  void looksForADriverOnlyWhenATensorIsOnADevice() {
    long calls = Standin.count("cuInit");
    TensorSpec spec = TensorSpec.of(DType.UINT8, 1, 10);
    digest(keys, host(spec, bytes(10)));
    assertEquals(calls, Standin.count("cuInit"));
    digest(keys, device.of(spec, bytes(10)));
    assertTrue(Standin.count("cuInit") > calls);
  }

  @Test
  void hashesViewsOfAnyStrides() {
    byte[] data = bytes(4 * 6 * 10 * 4);
    long[][] strides = {{240, 4, 24}, {240, 40, 4}, {0, 24, 4}, {-240, 40, -4}};
    long[][] dims = {{4, 6, 10}, {4, 6, 9}, {3, 10, 6}, {4, 6, 10}};
    long[] offsets = {0, 4, 8, 3 * 240 + 36};
    DeviceMemory memory = device.memory(data, 3);
    for (int i = 0; i < dims.length; i++) {
      TensorSpec spec = TensorSpec.of(DType.FLOAT32, dims[i]);
      TensorView onHost =
          TensorView.of(spec, strides[i], HostMemory.of(ByteBuffer.wrap(data)), offsets[i]);
      assertSameKeys(keys, onHost, TensorView.of(spec, strides[i], memory, offsets[i]));
    }
  }

  @Test
  void hashesSamplesAndTorchcachesHash() {
    byte[] data = bytes(5 * 900 * 4);
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 5, 30, 30);
    TensorView onDevice = device.of(spec, data);
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      for (int samples : new int[] {0, 1, 100, 100_000}) {
        RowKeys sampled = RowKeys.create(KeyBackend.AUTO, algorithm, samples, null);
        assertSameKeys(sampled, host(spec, data), onDevice);
      }
    }
  }

  @Test
  void copiesRowsOfMoreAxesThanAKernelWalks() {
    int rank = 11; // no two axes continue each other
    long[] dims = new long[rank];
    long[] strides = new long[rank];
    Arrays.fill(dims, 2);
    long step = 4;
    for (int axis = 0; axis < rank; axis++) {
      strides[axis] = step; // the innermost axis has the longest stride
      step *= 2;
    }
    byte[] data = bytes((int) step);
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, dims);
    TensorView onHost = TensorView.of(spec, strides, HostMemory.of(ByteBuffer.wrap(data)), 0);
    TensorView onDevice = TensorView.of(spec, strides, device.memory(data, 0), 0);
    long before = Standin.allocated();
    assertSameKeys(keys, onHost, onDevice);
    RowKeys sampled = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 100, null);
    assertSameKeys(sampled, onHost, onDevice);
    RowKeys torchcache = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TORCHCACHE, 0, null);
    assertSameKeys(torchcache, onHost, onDevice);
    assertTrue(Standin.allocated() - before < 600_000, "the copies are freed");
  }

  @Test
  void hashesSeveralInputsInOneLaunchAndMoreInSeveral() {
    for (int inputs : new int[] {2, 8, 9, 20}) {
      List<TensorView> onHost = new ArrayList<>();
      List<TensorView> onDevice = new ArrayList<>();
      List<Tweak> tweaks = new ArrayList<>();
      for (int i = 0; i < inputs; i++) {
        TensorSpec spec = TensorSpec.of(DType.INT16, 3, 1 + random.nextInt(300));
        byte[] data = bytes((int) spec.byteCount());
        onHost.add(host(spec, data));
        onDevice.add(device.of(spec, data));
        tweaks.add(keys.tweak(spec.row(), i, new byte[0]));
      }
      long[] expected = new long[2 * 3 * inputs];
      long[] actual = new long[2 * 3 * inputs];
      keys.digests(onHost, tweaks, 3, expected);
      digest(keys, onDevice.get(0)); // opens the device
      long launches = Standin.count("cuLaunchKernel");
      keys.digests(onDevice, tweaks, 3, actual);
      assertArrayEquals(expected, actual, inputs + " inputs, random seed " + seed);
      assertEquals((inputs + 7) / 8, Standin.count("cuLaunchKernel") - launches);
    }
  }

  /** A warp takes 32 of them, on the emulator. */
  @Test
  void hashesManyRowsByTheKernel() {
    Standin.set("emulated tiles", 100_000);
    byte[] data = bytes(12 * 5_001);
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 5_001, 3);
    assertSameKeys(keys, host(spec, data), device.of(spec, data));
  }

  /** The launch is the C++ back end's: a million rows take the emulator minutes. */
  @Test
  void hashesAMillionRows() {
    int rows = 1_000_000;
    byte[] data = bytes(8 * rows);
    TensorSpec spec = TensorSpec.of(DType.INT64, rows);
    assertSameKeys(keys, host(spec, data), device.of(spec, data));
  }

  @Test
  void reachesBeyondTwoGibibytes() {
    Standin.set("memory", 8L << 30);
    long bytes = (3L << 30) + 100;
    long address = Standin.allocate(0, bytes); // untouched pages take no memory
    try {
      byte[] row = bytes(100);
      Standin.write(device.stream(), address + (3L << 30), row);
      TensorSpec spec = TensorSpec.of(DType.UINT8, 2, 100);
      DeviceMemory memory = DeviceMemory.of(0, address, bytes, device.stream());
      TensorView down = TensorView.of(spec, new long[] {-(3L << 30), 1}, memory, 3L << 30);
      assertSameKeys(keys, host(spec, Arrays.copyOf(row, 200)), down);
    } finally {
      Standin.free(0, address);
    }
  }

  @Test
  void takesMemoryFromAPointerOfJavaCpp() {
    byte[] data = bytes(100);
    DeviceMemory memory = device.memory(data, 0);
    Pointer pointer = new At(memory.address());
    TensorSpec spec = TensorSpec.of(DType.UINT8, 2, 50);
    DeviceMemory wrapped = DeviceMemory.of(0, pointer, 100, device.stream());
    assertSameKeys(keys, host(spec, data), TensorView.of(spec, wrapped));
    TensorSpec half = TensorSpec.of(DType.UINT8, 1, 50);
    DeviceMemory second = DeviceMemory.of(0, pointer.position(50), 50, device.stream());
    assertSameKeys(
        keys, host(half, Arrays.copyOfRange(data, 50, 100)), TensorView.of(half, second));
  }

  private static final class At extends BytePointer {
    At(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  @Test
  void hashesTheSameOnEveryDevice() {
    Standin.set("devices", 2);
    byte[] data = bytes(9_000);
    TensorSpec spec = TensorSpec.of(DType.UINT8, 3, 3_000);
    try (DeviceTensors second = new DeviceTensors(1)) {
      assertSameKeys(keys, host(spec, data), second.of(spec, data));
      assertSameKeys(keys, host(spec, data), device.of(spec, data));
    }
  }

  @Test
  void givesTheSameKeysToThreadsOnStreamsOfTheirOwn() throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    List<DeviceTensors> streams = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      DeviceTensors own = thread == 3 ? streams.get(2) : new DeviceTensors(0); // two share one
      streams.add(own);
      TensorSpec spec = TensorSpec.of(DType.UINT8, 1 + thread, 9_000);
      byte[] data = bytes((int) spec.byteCount());
      long[] expected = digest(keys, host(spec, data));
      TensorView onDevice = own.of(spec, data);
      tasks.add(
          () -> {
            for (int i = 0; i < 10; i++) {
              assertArrayEquals(expected, digest(keys, onDevice), "random seed " + seed);
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdown();
      streams.forEach(DeviceTensors::close);
    }
  }

  @Test
  void copiesToTheHostWhereAHostBackEndIsAskedFor() {
    byte[] data = bytes(600);
    TensorSpec spec = TensorSpec.of(DType.UINT8, 2, 300);
    RowKeys java = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    assertSameKeys(java, host(spec, data), device.of(spec, data));
    long[] back = {-300, -1};
    TensorView onHost = TensorView.of(spec, back, HostMemory.of(ByteBuffer.wrap(data)), 599);
    assertSameKeys(java, onHost, TensorView.of(spec, back, device.memory(data, 0), 599));
    assertEquals(0, Standin.count("cuLaunchKernel"));
  }

  /** More streams than workspaces are kept: the eldest goes, and its memory. */
  @Test
  void keepsAWorkspaceForSomeStreamsOnly() {
    byte[] data = bytes(100);
    TensorSpec spec = TensorSpec.of(DType.UINT8, 1, 100);
    long[] expected = digest(keys, host(spec, data));
    long full = 0;
    for (int i = 0; i < 110; i++) {
      if (i == 40) {
        full = Standin.allocated();
      }
      try (DeviceTensors own = new DeviceTensors(0)) {
        assertArrayEquals(expected, digest(keys, own.of(spec, data)));
      }
    }
    long freed = full - Standin.allocated(); // keys of other tests go when they are collected
    assertTrue(freed >= 0 && freed % KEY_BYTES == 0, freed + " bytes");
  }
}
