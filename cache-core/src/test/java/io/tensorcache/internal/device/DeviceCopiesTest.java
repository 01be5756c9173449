package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Arrays of any strides become one block, by few calls of the driver. */
@RequiresStandin
class DeviceCopiesTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final long stream = Standin.stream(0);

  @AfterEach
  void reset() {
    Standin.reset();
  }

  /** What lies at each element, outermost axis first. */
  private static int gather(
      byte[] from, int at, long[] dims, long[] strides, int axis, byte[] to, int done, int bytes) {
    if (axis == dims.length) {
      System.arraycopy(from, at, to, done, bytes);
      return done + bytes;
    }
    int end = done;
    for (int i = 0; i < dims[axis]; i++) {
      int next = (int) (at + i * strides[axis]);
      end = gather(from, next, dims, strides, axis + 1, to, end, bytes);
    }
    return end;
  }

  /** Compares, and returns the copies that it took. */
  private long check(long[] dims, long[] strides, int elementBytes) {
    long low = 0;
    long high = elementBytes;
    long count = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      long reach = strides[axis] * Math.max(0, dims[axis] - 1);
      low += Math.min(0, reach);
      high += Math.max(0, reach);
      count *= dims[axis];
    }
    byte[] source = new byte[(int) (high - low)];
    random.nextBytes(source);
    byte[] expected = new byte[(int) (count * elementBytes)];
    gather(source, (int) -low, dims, strides, 0, expected, 0, elementBytes);
    long from = Standin.allocate(0, source.length);
    long to = Standin.allocate(0, Math.max(1, expected.length));
    Standin.write(stream, from, source);
    long before = copies();
    try (DeviceCopies copies = Devices.get().device(0).copies(stream)) {
      copies.copyStrided(to, from - low, dims, strides, elementBytes);
    }
    byte[] actual = new byte[expected.length];
    Standin.read(stream, to, actual);
    String what = Arrays.toString(dims) + Arrays.toString(strides) + " seed " + seed;
    assertArrayEquals(expected, actual, what);
    Standin.free(0, from);
    Standin.free(0, to);
    return copies() - before;
  }

  private static long copies() {
    return Standin.count("cuMemcpyDtoDAsync") + Standin.count("cuMemcpy2DAsync");
  }

  @Test
  void copiesArraysOfAnyStrides() {
    for (int i = 0; i < 150; i++) {
      int axes = random.nextInt(5);
      long[] dims = new long[axes];
      long[] strides = new long[axes];
      for (int axis = 0; axis < axes; axis++) {
        dims[axis] = random.nextInt(5);
        strides[axis] = (random.nextInt(9) - 3) * 4L * (1 + random.nextInt(4));
      }
      check(dims, strides, 4);
    }
  }

  /** The channels of images lie innermost in memory, as torch.channels_last has them. */
  @Test
  void copiesImagesWithOneCallAChannel() {
    long calls = check(new long[] {4, 3, 16, 20}, new long[] {3840, 4, 240, 12}, 4);
    assertTrue(calls <= 12, calls + " calls");
  }

  /** A broadcast axis is copied once and then doubled. */
  @Test
  void copiesBroadcastAxesWithFewCalls() {
    long calls = check(new long[] {4, 3, 16, 20}, new long[] {12, 4, 0, 0}, 4);
    assertTrue(calls <= 12 * 11, calls + " calls");
    assertTrue(check(new long[] {1000, 64}, new long[] {0, 4}, 4) <= 11);
  }
}
