package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.Driver;
import io.tensorcache.internal.device.InContext;
import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.internal.device.PinnedPool;
import io.tensorcache.internal.device.Standin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is under way on streams that may be anyone's, and who waits for it. */
@InContext
class LaunchesTest {
  private final Launches launches = new Launches();
  private PinnedPool pool;
  private long memory;

  @BeforeEach
  void prepare() {
    pool = new PinnedPool(Devices.get().device(0));
    memory = Standin.allocate(0, 8);
  }

  /** A copy of eight bytes of this value. */
  private Launch queue(long stream, int value) {
    PinnedBlock block = pool.take(8);
    block.slice(0, 8).putLong(0, value);
    block.use(stream, () -> Driver.copyToDevice(memory, block.address(), 8, stream));
    return launches.add(block);
  }

  private static long waits() {
    return Standin.count("cuStreamWaitEvent");
  }

  @Test
  void theBlockOfWhatHasEndedIsGivenBack() {
    Launch launch = queue(Standin.stream(0), 1);
    Standin.settle();
    assertFalse(launch.isComplete, "nobody has looked yet");
    launches.prune();
    assertTrue(launch.isComplete);
    assertSame(launch.block, pool.take(8));
    launches.prune();
    assertNotSame(launch.block, pool.take(8), "it is given back once");
  }

  @Test
  void whatIsUnderWayKeepsItsBlock() {
    Launch ended = queue(Standin.stream(0), 1);
    Standin.settle();
    Standin.hold(true);
    long stream = Standin.stream(0);
    Launch first = queue(stream, 2);
    Launch second = queue(stream, 3);
    launches.prune();
    assertTrue(ended.isComplete);
    assertFalse(first.isComplete);
    assertFalse(second.isComplete);
    Standin.hold(false);
    Standin.settle();
    launches.prune();
    assertTrue(first.isComplete);
    assertTrue(second.isComplete);
  }

  @Test
  void aStreamIsHeldBackOnceByEach() {
    long stream = Standin.stream(0);
    Standin.hold(true);
    Launch first = queue(Standin.stream(0), 1);
    queue(Standin.stream(0), 2);
    launches.holdBack(stream);
    assertTrue(first.isAwaited);
    assertEquals(2, waits());
    launches.holdBack(stream);
    assertEquals(2, waits());
    queue(Standin.stream(0), 3);
    launches.holdBack(stream);
    assertEquals(3, waits());
  }

  @Test
  void whatComesAfterTheHeldStreamSeesAllThatWasUnderWay() {
    for (int i = 1; i <= 20; i++) {
      long stream = Standin.stream(0);
      Standin.hold(true);
      queue(Standin.stream(0), i);
      launches.holdBack(stream);
      Standin.write(stream, memory, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) i});
      Standin.hold(false);
      Standin.settle();
      byte[] there = new byte[8];
      Standin.read(-1, memory, there);
      assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) i}, there, "round " + i);
      launches.prune();
    }
  }

  /** What could not be waited for is waited for by the next call. */
  @Test
  void aRefusedWaitIsAskedForAgain() {
    long stream = Standin.stream(0);
    Standin.hold(true);
    Launch launch = queue(Standin.stream(0), 1);
    Standin.fail("cuStreamWaitEvent", 1, 1);
    assertThrows(DeviceException.class, () -> launches.holdBack(stream));
    assertFalse(launch.isAwaited);
    launches.holdBack(stream);
    assertTrue(launch.isAwaited);
  }

  @Test
  void aStreamFollowsOneLaunchUntilThatIsKnownToHaveEnded() {
    long stream = Standin.stream(0);
    Standin.hold(true);
    Launch launch = queue(Standin.stream(0), 1);
    assertFalse(Launches.follow(launch, stream));
    assertFalse(Launches.follow(launch, stream));
    assertEquals(2, waits());
    Standin.hold(false);
    Standin.settle();
    launches.prune();
    assertTrue(Launches.follow(launch, stream));
    assertEquals(2, waits(), "its event is someone else's now");
  }

  @Test
  void whatIsAbandonedIsWaitedForByNobody() {
    long stream = Standin.stream(0);
    Standin.hold(true);
    Launch launch = queue(Standin.stream(0), 1);
    launches.abandon();
    assertTrue(launch.isComplete);
    launches.holdBack(stream);
    assertTrue(Launches.follow(launch, stream));
    assertEquals(0, waits());
    assertNotSame(launch.block, pool.take(8), "the copy still uses it");
    Standin.hold(false);
    Standin.settle();
    assertSame(launch.block, pool.take(8));
  }
}
