package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A failure of a disk turns its pool off for good; one of the memory is for who called. */
class PoolFailuresTest {
  private static final EntryKey KEY = new EntryKey(1, 2, 3, 4);
  private static final EntryValue VALUE = EntryValue.of(ByteBuffer.allocate(8));

  /** What is asked of a pool, and what a pool answers that is off. */
  private record Operation(String name, Function<Pool, @Nullable Object> call, String whenOff) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Operation> operations() {
    return Stream.of(
        new Operation("get", pool -> pool.get(KEY), "null"),
        new Operation("containsKey", pool -> pool.contains(KEY), "false"),
        new Operation("putIfAbsent", pool -> name(pool.putIfAbsent(KEY, VALUE)), "refused"),
        new Operation("remove", pool -> pool.remove(KEY, VALUE), "false"),
        new Operation("clear", PoolFailuresTest::clear, "null"));
  }

  private static @Nullable Object clear(Pool pool) {
    pool.clear();
    return null;
  }

  private static String name(@Nullable EntryValue value) {
    return value == EntryValue.REFUSED ? "refused" : String.valueOf(value);
  }

  private final RecordedEvents events = new RecordedEvents();
  private final Notices notices = new Notices(events);
  private final FileThread thread = FileThread.start();
  private final List<String> calls = new ArrayList<>();
  private @Nullable Throwable failure;

  /** Does nothing, or fails. What it calls of ours is called under its locks. */
  @SuppressWarnings("unchecked")
  private final Cache<EntryKey, EntryValue> cache =
      (Cache<EntryKey, EntryValue>)
          Proxy.newProxyInstance(
              Cache.class.getClassLoader(),
              new Class<?>[] {Cache.class},
              (proxy, method, arguments) -> {
                calls.add(method.getName());
                assertThrows(AssertionError.class, () -> LockCheck.taking(Rank.DISK_TIER, this));
                assertEquals(1, LockCheck.takeViolations().size());
                if (failure != null) {
                  throw failure;
                }
                return method.getReturnType() == boolean.class ? Boolean.TRUE : null;
              });

  private final Pool onDisk =
      Pool.inFile(cache, new DiskSpace(() -> Long.MAX_VALUE, notices), thread, notices);

  @AfterEach
  void close() {
    LockCheck.entersUserCode("a test"); // no lock stays behind
    thread.close();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void turnsTheDiskOffForGoodAndIsToldOnce(Operation operation) {
    for (Throwable thrown : List.of(new IllegalStateException("i"), new InternalError("i"))) {
      Pool pool = Pool.inFile(cache, new DiskSpace(() -> 1L << 40, notices), thread, notices);
      assertTrue(pool.hasRoomFor(1));
      failure = thrown;
      calls.clear();
      for (int i = 0; i < 3; i++) {
        assertEquals(operation.whenOff(), String.valueOf(operation.call().apply(pool)));
      }
      failure = null;
      operations().forEach(next -> assertEquals(next.whenOff(), "" + next.call().apply(pool)));
      assertEquals(List.of(operation.name()), calls, "not asked again");
      assertTrue(pool.isOff());
      assertFalse(pool.hasRoomFor(1));
      notices.deliver();
      assertEquals(1, events.failures.size());
      assertSame(thrown, events.failures.get(0).getCause());
      String message = events.failures.get(0).getMessage();
      assertTrue(message.startsWith("the disk tier failed to "), message);
      assertTrue(message.endsWith(" a row (" + thrown + ") and is not used any more"), message);
      events.failures.clear();
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void ofTheMemoryIsThrown(Operation operation) {
    Pool pool = Pool.inMemory(cache, new Evicted(key -> {}), notices);
    for (Throwable thrown : List.of(new IllegalStateException("i"), new OutOfMemoryError("i"))) {
      failure = thrown;
      assertSame(thrown, assertThrows(Throwable.class, () -> operation.call().apply(pool)));
      assertFalse(pool.isOff());
      assertTrue(pool.hasRoomFor(Long.MAX_VALUE));
    }
    notices.deliver();
    assertEquals(List.of(), events.failures);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void withoutOneTheCacheAnswers(Operation operation) {
    for (Pool pool : List.of(onDisk, Pool.inMemory(cache, new Evicted(key -> {}), notices))) {
      calls.clear();
      Object answer = operation.call().apply(pool);
      assertEquals(operation.whenOff().equals("false") ? "true" : "null", String.valueOf(answer));
      assertEquals(List.of(operation.name()), calls);
      assertFalse(pool.isOff());
      assertSame(cache, pool.all());
    }
    assertEquals(PoolKind.DISK, onDisk.kind());
    assertNull(failure);
  }
}
