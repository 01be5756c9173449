package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that a copy goes through, and the event after it. */
@InContext
class PinnedBlockTest {
  private PinnedBlock block;
  private long stream;
  private long memory;

  @BeforeEach
  void prepare() {
    block = new PinnedPool(Devices.get().device(0)).take(100);
    stream = Standin.stream(0);
    memory = Standin.allocate(0, 100);
  }

  private void copy() {
    Driver.copyToDevice(memory, block.address(), 100, stream);
  }

  /** What is in device memory now. */
  private byte[] there() {
    byte[] bytes = new byte[100];
    Standin.read(-1, memory, bytes);
    return bytes;
  }

  private byte[] fill() {
    byte[] bytes = new byte[100];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    block.slice(0, 100).put(bytes);
    return bytes;
  }

  @Test
  void aSliceIsPartOfTheBlock() {
    fill();
    ByteBuffer part = block.slice(10, 20);
    assertEquals(20, part.remaining());
    assertEquals(ByteOrder.LITTLE_ENDIAN, part.order());
    assertEquals(11, part.get(0));
    part.putInt(16, 0x04030201);
    ByteBuffer end = block.slice(26, 74);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 31}, bytes(end, 5));
    assertEquals(100, end.get(73));
  }

  private static byte[] bytes(ByteBuffer from, int count) {
    byte[] bytes = new byte[count];
    from.get(bytes);
    return bytes;
  }

  /** The block has more, but nobody asked for that. */
  @Test
  void aSliceEndsWithWhatWasAskedFor() {
    assertTrue(block.capacity() > 101);
    assertEquals(0, block.slice(100, 0).remaining());
    assertEquals(0, block.slice(0, 0).remaining());
    assertEquals(ByteOrder.LITTLE_ENDIAN, block.slice(0, 0).order());
    assertThrows(IndexOutOfBoundsException.class, () -> block.slice(0, 101));
    assertThrows(IndexOutOfBoundsException.class, () -> block.slice(100, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> block.slice(-1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> block.slice(1, -1));
  }

  @Test
  void theEventFollowsTheCopy() {
    byte[] bytes = fill();
    Standin.hold(true);
    block.use(stream, this::copy);
    assertFalse(Driver.isDone(block.event()));
    Standin.hold(false);
    Driver.await(block.event());
    assertTrue(Driver.isDone(block.event()));
    assertArrayEquals(bytes, there());
  }

  @Test
  void whatWasQueuedHasEndedWhereTheRestFailed() {
    byte[] bytes = fill();
    assertThrows(
        IllegalStateException.class,
        () ->
            block.use(
                stream,
                () -> {
                  copy();
                  throw new IllegalStateException();
                }));
    assertArrayEquals(bytes, there());
    assertTrue(Driver.isDone(block.event()), "never recorded");
  }

  @Test
  void whatWasQueuedHasEndedWhereTheEventCannotFollow() {
    byte[] bytes = fill();
    Standin.fail("cuEventRecord", 2, 1);
    DeviceException e = assertThrows(DeviceException.class, () -> block.use(stream, this::copy));
    assertEquals(2, e.code());
    assertArrayEquals(bytes, there());
  }
}
