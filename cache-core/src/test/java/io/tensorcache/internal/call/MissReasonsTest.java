package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.MissReason;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each row that is missing is counted once, with its reason. */
class MissReasonsTest {
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();

  @Test
  void aRowIsMissingForOneReason() {
    try (OpenCalls open = new OpenCalls(OpenRows.recent(1))) { // five rows of one float
      WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
      OpenCalls.call(function, 1, 2, 3);
      open.source.version = 2;
      OpenCalls.call(function, 3, 10);
      assertEquals(1, open.misses(MissReason.OTHER_FINGERPRINT));
      assertEquals(4, open.misses(MissReason.COLD));
      OpenCalls.call(function, 4, 5, 6, 7, 8); // all others leave
      assertEquals(9, open.misses(MissReason.COLD));
      OpenCalls.call(function, 10, 20);
      assertEquals(1, open.misses(MissReason.EVICTED));
      assertEquals(10, open.misses(MissReason.COLD));
      assertEquals(1, open.misses(MissReason.OTHER_FINGERPRINT));
    }
  }

  @Test
  void aRowThatWasRefusedIsNotCold() {
    try (OpenCalls open = new OpenCalls(OpenRows.inMemory(1))) { // five rows of one float
      WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
      OpenCalls.call(function, 1, 2, 3, 4, 5);
      OpenCalls.call(function, 6, 7);
      assertEquals(2, open.stats().rowsRefused());
      assertEquals(2, open.stats().rowsNotAdmitted());
      OpenCalls.call(function, 6, 7, 8);
      assertEquals(2, open.misses(MissReason.REFUSED));
      assertEquals(8, open.misses(MissReason.COLD));
      assertEquals(0, open.misses(MissReason.EVICTED));
      assertEquals(5, open.stats().rowsRefused());
      assertEquals(0, open.stats().evictions());
    }
  }

  @Test
  void aRowThatIsDamagedInTheStoreIsNotCold(@TempDir Path directory) throws IOException {
    float value = 24690.5f;
    try (OpenCalls open = new OpenCalls(OpenRows.persisting(0, directory))) {
      OpenCalls.call(open.wrap("f", OpenCalls.persisting(), doubling), 1, value / 2, 3);
      assertTrue(open.functions.flush());
    }
    damage(directory, value);
    try (OpenCalls open = new OpenCalls(OpenRows.persisting(0, directory))) {
      WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.persisting(), doubling);
      doubling.calls.clear();
      assertArrayEquals(new float[] {2, value, 8}, OpenCalls.call(function, 1, value / 2, 4));
      assertEquals(List.of(1, 2), doubling.calls, "with a probe");
      assertEquals(1, open.misses(MissReason.CORRUPT));
      assertEquals(1, open.misses(MissReason.COLD));
      assertEquals(1, open.rows.failures.size());
    }
  }

  /** Changes this float wherever it lies in a file. */
  private static void damage(Path directory, float value) throws IOException {
    byte[] wanted = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    int found = 0;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at + 4 <= bytes.length; at++) {
          if (Arrays.equals(bytes, at, at + 4, wanted, 0, 4)) {
            bytes[at]++;
            Files.write(file, bytes);
            found++;
          }
        }
      }
    }
    assertEquals(1, found);
  }
}
