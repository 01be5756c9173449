package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.Standin;
import org.junit.jupiter.api.Test;

/** Memory for rows from a driver with pools and from one without. */
@InContext
class RowMemoryTest {
  private static RowMemory withoutPool() {
    Standin.set("pools", 0);
    return new RowMemory(0);
  }

  @Test
  void takesAndGivesBackInTheOrderOfItsStream() {
    RowMemory memory = new RowMemory(0);
    long before = Standin.allocated();
    long address = memory.allocate(512);
    assertEquals(512, Standin.allocated() - before);
    assertEquals(512, Standin.live("pool"));
    Standin.hold(true);
    memory.free(address);
    assertEquals(1, Standin.count("cuMemFreeAsync"));
    assertEquals(512, Standin.live("pool"), "the stream has not come to it");
    Standin.hold(false);
    memory.await();
    assertEquals(0, Standin.live("pool"));
    assertEquals(0, Standin.count("cuMemFree"));
  }

  @Test
  void itsStreamIsNobodyElses() {
    RowMemory memory = new RowMemory(0);
    assertNotEquals(0, memory.stream());
    assertNotEquals(memory.stream(), new RowMemory(0).stream());
  }

  @Test
  void withoutAPoolTheHostWaits() {
    RowMemory memory = withoutPool();
    long before = Standin.allocated();
    long address = memory.allocate(512);
    assertEquals(512, Standin.allocated() - before);
    assertEquals(0, Standin.live("pool"));
    long waits = Standin.count("cuEventSynchronize");
    memory.free(address);
    assertEquals(before, Standin.allocated());
    assertEquals(1, Standin.count("cuEventSynchronize") - waits);
    assertEquals(0, Standin.count("cuMemFreeAsync"));
  }

  /** The stand-in fills what it hands out when the stream comes to it. */
  @Test
  void anotherStreamWritesAfterTheMemoryIsThere() {
    RowMemory memory = new RowMemory(0);
    for (int i = 0; i < 20; i++) {
      long other = Standin.stream(0);
      byte[] bytes = {1, 2, 3, (byte) i};
      Standin.hold(true);
      long address = memory.allocate(4);
      memory.precede(other);
      Standin.write(other, address, bytes);
      Standin.hold(false);
      Standin.settle();
      byte[] there = new byte[4];
      Standin.read(-1, address, there);
      assertArrayEquals(bytes, there);
    }
  }

  @Test
  void trimsOnceAfterSomethingWasFreed() {
    RowMemory memory = new RowMemory(0);
    assertFalse(memory.trim());
    long address = memory.allocate(512);
    assertFalse(memory.trim());
    memory.free(address);
    long waits = Standin.count("cuEventSynchronize");
    assertTrue(memory.trim());
    assertEquals(1, Standin.count("cuEventSynchronize") - waits);
    assertFalse(memory.trim());
    assertEquals(1, Standin.count("cuEventSynchronize") - waits);
    memory.free(memory.allocate(256));
    assertTrue(memory.trim());
  }

  @Test
  void aTrimThatFailedIsDoneAgain() {
    RowMemory memory = new RowMemory(0);
    memory.free(memory.allocate(512));
    Standin.fail("cuEventSynchronize", 2, 1);
    assertThrows(DeviceException.class, memory::trim);
    assertTrue(memory.trim());
  }

  @Test
  void withoutAPoolNothingLiesIdle() {
    RowMemory memory = withoutPool();
    memory.free(memory.allocate(512));
    assertFalse(memory.trim());
  }

  @Test
  void closingGivesBackStreamAndEventOnce() {
    long events = Standin.live("events");
    long streams = Standin.live("non-blocking streams");
    RowMemory memory = new RowMemory(0);
    assertEquals(1, Standin.live("events") - events);
    assertEquals(1, Standin.live("non-blocking streams") - streams);
    memory.close();
    memory.close();
    assertEquals(events, Standin.live("events"));
    assertEquals(streams, Standin.live("non-blocking streams"));
    assertEquals(0, Standin.count("dead handles"));
  }

  @Test
  void closingGoesOnWhereTheDriverRefused() {
    long events = Standin.live("events");
    long streams = Standin.live("non-blocking streams");
    RowMemory memory = new RowMemory(0);
    Standin.fail("cuStreamDestroy", 2, 1);
    assertThrows(DeviceException.class, memory::close);
    Standin.fail("cuEventDestroy", 2, 1);
    assertThrows(DeviceException.class, memory::close);
    assertEquals(streams, Standin.live("non-blocking streams"));
    memory.close();
    assertEquals(events, Standin.live("events"));
    assertEquals(0, Standin.count("dead handles"));
  }

  @Test
  void whatCannotBeMadeWholeLeavesNothing() {
    long streams = Standin.live("non-blocking streams");
    Standin.fail("cuEventCreate", 2, 1);
    assertThrows(DeviceException.class, () -> new RowMemory(0));
    assertEquals(streams, Standin.live("non-blocking streams"));
    Standin.fail("cuStreamCreate", 2, 1);
    assertThrows(DeviceException.class, () -> new RowMemory(0));
    assertEquals(streams, Standin.live("non-blocking streams"));
  }
}
