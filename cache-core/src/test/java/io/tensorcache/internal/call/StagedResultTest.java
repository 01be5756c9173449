package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.tensor.HostMemory;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** A result that is filled on the host and copied to its device. */
@RequiresStandin
class StagedResultTest {
  private static final int ROWS = 12;

  private final long stream = Standin.stream(0);
  private final PlacedTensor block = PlacedTensor.of(0, stream, new float[ROWS + 2], ROWS + 2);

  /** Rows of one float each, between one float before and one after. */
  private final PlacedTensor target = block.seen(new long[] {ROWS, 1}, new long[] {4, 4}, 4);

  /** Fills all rows on the host and copies some; what is on the device then. */
  private float[] uploaded(int... rows) {
    BitSet filled = new BitSet();
    for (int row : rows) {
      filled.set(row);
    }
    try (StagedResult staged = new StagedResult(target.view())) {
      fill(staged.memory());
      staged.upload(filled, 4);
    }
    return block.floats();
  }

  private static void fill(HostMemory memory) {
    assertEquals(4 * ROWS, memory.byteCount());
    for (int row = 0; row < ROWS; row++) {
      memory.slice(4L * row, 4).putFloat(0, row + 1);
    }
  }

  private static float[] with(int from, int to) {
    float[] values = new float[ROWS + 2];
    for (int row = from; row < to; row++) {
      values[row + 1] = row + 1;
    }
    return values;
  }

  @Test
  void copiesTheWholeTensorAtOnce() {
    try (StagedResult staged = new StagedResult(target.view())) {
      fill(staged.memory());
      staged.upload();
    }
    assertArrayEquals(with(0, ROWS), block.floats());
    assertEquals(1, Standin.count("cuMemcpyHtoDAsync"));
    assertEquals(0, Standin.count("cuStreamSynchronize"), "nobody waits");
  }

  @Test
  void copiesEachOfAFewRuns() {
    assertArrayEquals(
        new float[] {0, 1, 2, 0, 0, 5, 0, 7, 0, 0, 0, 11, 12, 0}, uploaded(0, 1, 4, 6, 10, 11));
    assertEquals(4, Standin.count("cuMemcpyHtoDAsync"));
    assertEquals(24, Standin.count("bytes to device"));
  }

  @Test
  void copiesManyRunsAsOneFromTheFirstRowToTheLast() {
    assertArrayEquals(with(1, 10), uploaded(1, 3, 5, 7, 9));
    assertEquals(1, Standin.count("cuMemcpyHtoDAsync"));
    assertEquals(36, Standin.count("bytes to device"));
  }

  @Test
  void copiesNothingWhereNoRowWasFilled() {
    assertArrayEquals(new float[ROWS + 2], uploaded());
    try (StagedResult staged = new StagedResult(target.view())) {
      staged.upload(); // no memory was asked for
    }
    assertEquals(0, Standin.count("cuMemcpyHtoDAsync"));
    assertArrayEquals(new float[ROWS + 2], block.floats());
  }

  @Test
  void givesItsMemoryBack() {
    uploaded(1);
    long pinned = Standin.live("pinned");
    assertTrue(pinned > 0);
    for (int i = 0; i < 3; i++) {
      uploaded(1, 2);
    }
    assertEquals(pinned, Standin.live("pinned"));
  }

  @Test
  void refusesATensorWhoseMemoryIsGone() {
    block.free();
    assertThrows(DeviceException.class, () -> new StagedResult(target.view()));
  }
}
