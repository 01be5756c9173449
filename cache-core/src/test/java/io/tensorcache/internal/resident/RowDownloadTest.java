package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.Standin;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several rows of several parts come to the host at once. */
@InContext
class RowDownloadTest {
  private final byte[][] first = {bytes(1, 300), bytes(2, 0), bytes(3, 5)};
  private final byte[][] second = {bytes(4, 0)};
  private final byte[][] third = {bytes(5, 256), bytes(6, 1)};

  private Device device;
  private RowBuffers<String, String> buffers;

  @BeforeEach
  void prepare() {
    device = Devices.get().device(0);
    buffers = new RowBuffers<>(device);
  }

  private static byte[] bytes(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private ResidentRow<String, String> row(byte[]... parts) {
    long[] lengths = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      lengths[i] = parts[i].length;
    }
    ResidentRow<String, String> row = new ResidentRow<>("", "", lengths);
    assertTrue(buffers.allocate(row));
    buffers.fill(row, parts);
    return row;
  }

  private List<byte[][]> copies(List<ResidentRow<String, String>> rows, long stream) {
    try (RowDownload<String, String> download = new RowDownload<>(device, rows)) {
      return download.queue(stream).await();
    }
  }

  /** In a stream that has nothing to do with the filling. */
  @Test
  void eachRowHasItsParts() {
    for (int round = 0; round < 10; round++) {
      List<ResidentRow<String, String>> rows = List.of(row(first), row(second), row(third));
      List<byte[][]> copies = copies(rows, Standin.stream(0));
      assertEquals(3, copies.size());
      assertArrayEquals(first, copies.get(0));
      assertArrayEquals(second, copies.get(1));
      assertArrayEquals(third, copies.get(2));
    }
  }

  @Test
  void theBlockIsTakenAgainAfterwards() {
    List<ResidentRow<String, String>> rows = List.of(row(first));
    copies(rows, buffers.stream());
    long made = Standin.count("cuMemHostAlloc");
    copies(rows, buffers.stream());
    Standin.fail("cuMemcpyDtoHAsync", 2, 1);
    assertThrows(DeviceException.class, () -> copies(rows, buffers.stream()));
    assertArrayEquals(first, copies(rows, buffers.stream()).get(0));
    assertEquals(made, Standin.count("cuMemHostAlloc"));
  }

  @Test
  void queueingWaitsForNothing() {
    Standin.hold(true);
    List<ResidentRow<String, String>> rows = List.of(row(third));
    try (RowDownload<String, String> download = new RowDownload<>(device, rows)) {
      long waits = Standin.count("cuEventSynchronize");
      download.queue(buffers.stream());
      assertEquals(waits, Standin.count("cuEventSynchronize"));
      Standin.hold(false);
      assertArrayEquals(third, download.await().get(0));
      assertEquals(1, Standin.count("cuEventSynchronize") - waits);
    }
  }
}
