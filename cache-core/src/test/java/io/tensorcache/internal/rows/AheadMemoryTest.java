package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AheadMemoryTest {
  private final AheadMemory memory = new AheadMemory(1000);

  private @Nullable ByteBuffer take(int byteCount) {
    return memory.allocate(byteCount, () -> false);
  }

  private ByteBuffer some(int byteCount) {
    ByteBuffer buffer = take(byteCount);
    assertNotNull(buffer);
    assertEquals(byteCount, buffer.remaining());
    assertTrue(buffer.isDirect());
    return buffer;
  }

  @Test
  void givesNoMoreThanItHas() {
    ByteBuffer first = some(600);
    assertNull(take(401));
    ByteBuffer second = some(400);
    assertNull(take(1));
    memory.release(second);
    assertNull(take(401));
    Reference.reachabilityFence(first);
  }

  @Test
  void oneThatIsLargeEnoughIsUsedAgain() {
    ByteBuffer buffer = some(1000);
    buffer.putLong(0, 42);
    memory.release(buffer.position(3));
    ByteBuffer again = some(501);
    assertEquals(42, again.getLong(0), "the same memory");
    memory.release(again);
    assertEquals(42, some(1000).getLong(0), "the limit of the last use is gone");
  }

  @Test
  void oneThatIsMuchTooLargeGoes() {
    ByteBuffer buffer = some(1000);
    buffer.putLong(0, 42);
    memory.release(buffer);
    assertEquals(0, some(499).getLong(0), "another one");
    assertNull(take(502));
    some(501);
  }

  @Test
  void halfOfALargeOneIsEnough() {
    ByteBuffer buffer = some(1000);
    buffer.putLong(0, 42);
    memory.release(buffer);
    assertEquals(42, some(500).getLong(0));
  }

  @Test
  void asksForRoomUntilThereIsSome() {
    List<ByteBuffer> held = new ArrayList<>(List.of(some(500), some(500)));
    BooleanSupplier dropOldest =
        () -> {
          if (held.isEmpty()) {
            return false;
          }
          memory.release(held.remove(0));
          return true;
        };
    ByteBuffer large = memory.allocate(900, dropOldest);
    assertNotNull(large);
    assertEquals(900, large.remaining());
    assertEquals(List.of(), held);
    assertNull(memory.allocate(200, dropOldest));
  }

  @Test
  void asksForNothingWhileThereIsRoom() {
    ByteBuffer all =
        memory.allocate(
            1000,
            () -> {
              throw new AssertionError("there is room");
            });
    assertNotNull(all);
  }
}
