package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pinned block is taken again, and what is freed. */
@InContext
class PinnedPoolTest {
  private static final long GRAIN = 64 << 10;
  private static final long MIB = 1 << 20;

  private PinnedPool pool;
  private long stream;
  private long memory;

  @BeforeEach
  void prepare() {
    pool = new PinnedPool(Devices.get().device(0));
    stream = Standin.stream(0);
    memory = Standin.allocate(0, 64);
  }

  private void use(PinnedBlock block) {
    block.use(stream, () -> Driver.copyToDevice(memory, block.address(), 8, stream));
  }

  private List<PinnedBlock> take(int count, long byteCount) {
    List<PinnedBlock> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      blocks.add(pool.take(byteCount));
    }
    return blocks;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 65_535, 65_536, 65_537, 1_000_000})
  void aBlockHasWhatIsAskedForInWholeGrains(long byteCount) {
    PinnedBlock block = pool.take(byteCount);
    assertEquals(byteCount, block.byteCount());
    assertTrue(block.capacity() >= byteCount);
    assertTrue(block.capacity() <= byteCount + GRAIN);
    assertEquals(0, block.capacity() % GRAIN);
  }

  @Test
  void aBlockThatWasGivenBackIsTakenAgain() {
    PinnedBlock block = pool.take(100);
    assertNotSame(block, pool.take(100));
    block.close();
    long made = Standin.count("cuMemHostAlloc");
    PinnedBlock again = pool.take(65_536);
    assertSame(block, again);
    assertEquals(65_536, again.byteCount());
    assertNotSame(block, pool.take(100), "it is taken once");
    assertEquals(1, Standin.count("cuMemHostAlloc") - made);
  }

  @Test
  void aBlockThatIsTooShortStaysIdle() {
    PinnedBlock block = pool.take(100);
    block.close();
    assertNotSame(block, pool.take(GRAIN + 1));
    assertSame(block, pool.take(100));
  }

  /** 7 grains for 1.5 and no less: at most four times as many, and one. */
  @Test
  void aBlockThatIsMuchTooLongStaysIdle() {
    PinnedBlock block = pool.take(6 * GRAIN);
    assertEquals(7 * GRAIN, block.capacity());
    block.close();
    assertNotSame(block, pool.take(3 * GRAIN / 2 - 1));
    assertSame(block, pool.take(3 * GRAIN / 2));
  }

  @Test
  void aBlockThatACopyUsesIsNotTaken() {
    PinnedBlock block = pool.take(100);
    Standin.hold(true);
    use(block);
    block.close();
    PinnedBlock other = pool.take(100);
    assertNotSame(block, other);
    other.close();
    assertSame(other, pool.take(100), "it is passed by");
    Standin.hold(false);
    Standin.settle();
    assertSame(block, pool.take(100));
  }

  @Test
  void nothingIsFreedUpTo256MibThatLieIdle() {
    List<PinnedBlock> blocks = take(4, 64 * MIB - 1);
    long pinned = Standin.live("pinned");
    blocks.forEach(PinnedBlock::close);
    assertEquals(pinned, Standin.live("pinned"));
    assertSame(blocks.get(0), pool.take(64 * MIB - 1));
    pool.take(100).close();
    assertEquals(pinned + GRAIN, Standin.live("pinned"), "what is taken does not lie idle");
  }

  @Test
  void theLongestIdleAreFreedAndTheirEvents() {
    List<PinnedBlock> blocks = take(5, 64 * MIB - 1);
    long pinned = Standin.live("pinned");
    long events = Standin.live("events");
    blocks.forEach(PinnedBlock::close);
    assertEquals(64 * MIB, pinned - Standin.live("pinned"));
    assertEquals(1, events - Standin.live("events"));
    for (PinnedBlock block : blocks.subList(1, 5)) {
      assertSame(block, pool.take(64 * MIB - 1));
    }
  }

  @Test
  void noOneWaitsForABlockThatIsStillUsed() {
    List<PinnedBlock> blocks = take(6, 64 * MIB - 1);
    Standin.hold(true);
    use(blocks.get(0));
    blocks.forEach(PinnedBlock::close);
    Standin.hold(false);
    Standin.settle();
    assertSame(blocks.get(0), pool.take(64 * MIB - 1));
    assertSame(blocks.get(3), pool.take(64 * MIB - 1), "1 and 2 were freed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuMemHostAlloc", "cuEventCreate"})
  void aBlockThatCannotBeMadeLeavesNothing(String function) {
    long events = Standin.live("events");
    long pinned = Standin.live("pinned");
    Standin.fail(function, 2, 1);
    assertEquals(2, assertThrows(DeviceException.class, () -> pool.take(100)).code());
    assertEquals(events, Standin.live("events"));
    assertEquals(pinned, Standin.live("pinned"));
  }

  /** Nobody can say when the copy ends. */
  @Test
  void aBlockOfACopyThatNobodyCanWaitForIsNeverTakenAgain() {
    PinnedBlock block = pool.take(100);
    Standin.fail("cuEventRecord", 2, 1);
    Standin.fail("cuStreamSynchronize", 2, 1);
    Standin.fail("cuCtxSynchronize", 2, 1);
    assertThrows(DeviceException.class, () -> use(block));
    block.close();
    assertNotSame(block, pool.take(100));
  }

  @Test
  void aBlockOfACopyThatWasWaitedForIsTakenAgain() {
    PinnedBlock block = pool.take(100);
    Standin.fail("cuEventRecord", 2, 1);
    Standin.fail("cuStreamSynchronize", 2, 1);
    assertThrows(DeviceException.class, () -> use(block));
    block.close();
    assertSame(block, pool.take(100));
  }
}
