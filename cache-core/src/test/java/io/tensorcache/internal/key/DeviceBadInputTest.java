package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.DeviceTensors;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever a driver or a caller does wrong: a clear error or the host's keys, never wrong ones. */
@RequiresStandin
class DeviceBadInputTest {
  private static final int OUT_OF_MEMORY = 2;
  private static final int NO_DEVICE = 100;
  private static final int NO_IMAGE_FOR_DEVICE = 209;
  private static final int INVALID_PTX = 218;
  private static final int LAUNCH_OUT_OF_RESOURCES = 701;
  private static final int ROWS = 3;
  private static final int ROW_BYTES = 40_000; // of several parts, so that counters are used

  private final Random random = new Random(42);
  private final byte[] data = new byte[ROWS * ROW_BYTES];
  private final TensorSpec spec = TensorSpec.of(DType.UINT8, ROWS, ROW_BYTES);
  private final DeviceTensors device = new DeviceTensors(0);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.tensorcache.internal");

  @BeforeEach
  void listen() {
    random.nextBytes(data);
    log.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
  }

  @AfterEach
  void free() {
    logger.detachAppender(log);
    logger.setLevel(null);
    Standin.reset();
    device.close();
  }

  private static RowKeys keys(KeyBackend backend) {
    return RowKeys.create(backend, KeyAlgorithm.TCH1, 0, null);
  }

  private long[] digest(RowKeys keys, TensorView batch) {
    long[] out = new long[2 * (int) batch.spec().dim(0)];
    keys.digest(batch, keys.tweak(batch.spec().row(), 0, new byte[0]), out);
    return out;
  }

  private long[] expected() {
    return digest(keys(KeyBackend.JAVA), TensorView.of(spec, HostMemory.of(ByteBuffer.wrap(data))));
  }

  private List<String> lines(Level level) {
    return log.list.stream()
        .filter(event -> event.getLevel().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private DeviceException refused(KeyBackend backend, TensorView view) {
    return assertThrows(DeviceException.class, () -> digest(keys(backend), view));
  }

  private static void assertSays(Throwable e, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.toString());
    }
  }

  @Test
  void saysThatTheDriverHasNoDevice() {
    TensorView view = device.of(spec, data);
    Standin.set("devices", 0);
    DeviceException e = refused(KeyBackend.AUTO, view);
    assertEquals(NO_DEVICE, e.code());
    assertSays(e, "no CUDA device", "CUDA_ERROR_NO_DEVICE (100)");
    refused(KeyBackend.AUTO, view);
    assertThrows(DeviceException.class, () -> keys(KeyBackend.CUDA));
    long told = lines(Level.INFO).stream().filter(line -> line.startsWith("No CUDA: ")).count();
    assertEquals(1, told, log.list.toString());
    assertEquals(6, expected().length, "tensors on the host have keys");
  }

  @Test
  void saysThatTheDriverIsTooOld() {
    TensorView view = device.of(spec, data);
    Standin.set("driver", 11_040);
    assertSays(refused(KeyBackend.AUTO, view), "too old: it is of CUDA 11.4, and 12.0 or later");
  }

  @Test
  void takesTheHostWhereTheKernelsDoNotLoad() {
    for (int code : new int[] {INVALID_PTX, NO_IMAGE_FOR_DEVICE}) {
      Standin.restart(0); // the next device is opened anew
      try (DeviceTensors fresh = new DeviceTensors(0)) {
        log.list.clear();
        Standin.fail("cuModuleLoadData", code, 1_000);
        RowKeys keys = keys(KeyBackend.AUTO);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(expected(), digest(keys, fresh.of(spec, data)));
        }
        assertEquals(1, lines(Level.WARN).size(), log.list.toString());
        assertTrue(lines(Level.WARN).get(0).contains("the driver does not take the CUDA kernels"));
        DeviceException e = assertThrows(DeviceException.class, () -> keys(KeyBackend.CUDA));
        assertEquals(code, e.code());
      }
    }
    Standin.restart(0);
  }

  @Test
  void takesTheHostWhereTheKernelsGiveWrongKeys() {
    Standin.restart(0);
    try (DeviceTensors fresh = new DeviceTensors(0)) {
      Standin.set("wrong", 1);
      RowKeys keys = keys(KeyBackend.AUTO);
      assertArrayEquals(expected(), digest(keys, fresh.of(spec, data)));
      assertEquals(1, lines(Level.WARN).size(), log.list.toString());
      assertTrue(lines(Level.WARN).get(0).contains("it gives wrong keys"));
      assertSays(
          assertThrows(DeviceException.class, () -> keys(KeyBackend.CUDA)), "it gives wrong keys");
    }
    Standin.restart(0);
  }

  @Test
  void refusesADeviceThatIsNotThere() {
    TensorView view = TensorView.of(spec, DeviceMemory.of(3, 4096, data.length, 0));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> digest(keys(KeyBackend.AUTO), view));
    assertSays(e, "device 3: the driver has devices 0..0");
    assertThrows(IllegalArgumentException.class, () -> DeviceMemory.of(-1, 0, 0, 0));
  }

  @Test
  void refusesMemoryThatIsNotTheDevices() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(data.length);
    long host = new org.bytedeco.javacpp.BytePointer(buffer).address();
    TensorView onHost = TensorView.of(spec, DeviceMemory.of(0, host, data.length, 0));
    for (KeyBackend backend : KeyBackend.values()) {
      assertSays(refused(backend, onHost), "in no device's memory", "device 0");
    }
    Standin.set("devices", 2);
    DeviceTensors second = new DeviceTensors(1);
    DeviceMemory there = second.memory(data, 0);
    TensorView mistaken = // the second device's, said to be the first's
        TensorView.of(spec, DeviceMemory.of(0, there.address(), data.length, device.stream()));
    assertSays(refused(KeyBackend.AUTO, mistaken), "in memory of device 1, not in memory of");
    second.close();
  }

  @Test
  void refusesMemoryThatIsFreedOrTooShort() {
    DeviceTensors gone = new DeviceTensors(0);
    TensorView view = gone.of(spec, data);
    gone.close();
    assertSays(refused(KeyBackend.AUTO, view), "begins in no device's memory");
    DeviceMemory half = device.memory(new byte[data.length / 2], 0);
    TensorView tooShort =
        TensorView.of(spec, DeviceMemory.of(0, half.address(), data.length, device.stream()));
    assertSays(refused(KeyBackend.AUTO, tooShort), "ends in no device's memory");
    assertArrayEquals(expected(), digest(keys(KeyBackend.AUTO), device.of(spec, data)));
  }

  @Test
  void hashesRightAfterALaunchThatFailed() {
    RowKeys keys = keys(KeyBackend.AUTO);
    TensorView view = device.of(spec, data);
    assertArrayEquals(expected(), digest(keys, view));
    for (String function : List.of("cuLaunchKernel", "cuEventRecord", "cuEventQuery")) {
      Standin.fail(function, LAUNCH_OUT_OF_RESOURCES, 1);
      DeviceException e = assertThrows(DeviceException.class, () -> digest(keys, view));
      assertEquals(LAUNCH_OUT_OF_RESOURCES, e.code());
      assertSays(e, function, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)");
      long fills = Standin.count("cuMemsetD8Async");
      assertArrayEquals(expected(), digest(keys, view), function);
      assertEquals(1, Standin.count("cuMemsetD8Async") - fills, "counters are zeroed once");
      assertArrayEquals(expected(), digest(keys, view));
      assertEquals(1, Standin.count("cuMemsetD8Async") - fills);
    }
  }

  @Test
  void hashesRightAfterTheDeviceRanOutOfMemory() {
    RowKeys keys = keys(KeyBackend.AUTO);
    TensorView small = device.of(TensorSpec.of(DType.UINT8, 1, 10), new byte[10]);
    long[] key = digest(keys, small);
    int rows = 5_000;
    TensorSpec many = TensorSpec.of(DType.UINT8, rows, 8);
    byte[] bytes = new byte[rows * 8];
    random.nextBytes(bytes);
    TensorView view = device.of(many, bytes);
    Standin.fail("cuMemHostAlloc", OUT_OF_MEMORY, 1);
    assertEquals(
        OUT_OF_MEMORY, assertThrows(DeviceException.class, () -> digest(keys, view)).code());
    assertArrayEquals(
        digest(keys(KeyBackend.JAVA), TensorView.of(many, HostMemory.of(ByteBuffer.wrap(bytes)))),
        digest(keys, view));
    assertArrayEquals(key, digest(keys, small));
  }

  @Test
  void opensADeviceLaterThatHadNoMemoryLeft() {
    Standin.restart(0);
    try (DeviceTensors fresh = new DeviceTensors(0)) {
      RowKeys keys = keys(KeyBackend.AUTO);
      TensorView view = fresh.of(spec, data);
      Standin.fail("cuMemAlloc", OUT_OF_MEMORY, 1);
      DeviceException e = assertThrows(DeviceException.class, () -> digest(keys, view));
      assertEquals(OUT_OF_MEMORY, e.code());
      assertArrayEquals(expected(), digest(keys, view));
      assertEquals(0, Standin.count("bytes to host"), "on the device");
      assertEquals(List.of(), lines(Level.WARN));
    }
    Standin.restart(0);
  }

  @Test
  void findsTheDeviceAgainAfterItsContextWasDestroyed() {
    RowKeys keys = keys(KeyBackend.AUTO);
    assertArrayEquals(expected(), digest(keys, device.of(spec, data)));
    TensorView gone = device.of(spec, data);
    Standin.destroyContext(0);
    DeviceException e = assertThrows(DeviceException.class, () -> digest(keys, gone));
    assertSays(e, "CUDA_ERROR_CONTEXT_IS_DESTROYED (709)");
    try (DeviceTensors anew = new DeviceTensors(0)) {
      assertArrayEquals(expected(), digest(keys, anew.of(spec, data)));
    }
  }

  @Test
  void refusesAStreamUnderCapture() {
    RowKeys keys = keys(KeyBackend.AUTO);
    TensorView view = device.of(spec, data);
    digest(keys, view);
    long launches = Standin.count("cuLaunchKernel");
    Standin.capture(device.stream(), true);
    for (RowKeys each : List.of(keys, keys(KeyBackend.JAVA))) {
      assertSays(
          assertThrows(IllegalStateException.class, () -> digest(each, view)),
          "is being captured into a graph");
    }
    assertEquals(launches, Standin.count("cuLaunchKernel"));
    Standin.capture(device.stream(), false);
    assertArrayEquals(expected(), digest(keys, view));
  }

  @Test
  void saysThatAKernelReadOutsideOfMemory() {
    Standin.restart(0);
    try (DeviceTensors fresh = new DeviceTensors(0)) {
      RowKeys keys = keys(KeyBackend.AUTO);
      TensorView view = fresh.of(spec, data);
      digest(keys, view);
      Standin.hold(true); // freed after the check, before the launch begins
      DeviceMemory block = (DeviceMemory) view.memory();
      long recorded = Standin.count("cuEventRecord");
      Thread freeing = new Thread(() -> freeUnderway(block, recorded));
      freeing.start();
      DeviceException e = assertThrows(DeviceException.class, () -> digest(keys, view));
      assertSays(e, "CUDA_ERROR_ILLEGAL_ADDRESS (700)");
    }
    Standin.restart(0);
  }

  private static void freeUnderway(DeviceMemory block, long recorded) {
    while (Standin.count("cuEventRecord") == recorded) {
      Thread.onSpinWait();
    }
    Standin.drop(block.address());
    Standin.hold(false);
  }
}
