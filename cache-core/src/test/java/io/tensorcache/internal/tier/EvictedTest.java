package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ehcache.Cache;
import org.junit.jupiter.api.Test;

/** What Ehcache drops off the heap is told by the keys that it reads meanwhile. */
class EvictedTest {
  private final List<EntryKey> told = new ArrayList<>();
  private final Evicted evicted = new Evicted(told::add);
  private final Set<EntryKey> there = new HashSet<>();
  private final List<EntryKey> dropping = new ArrayList<>();
  private Error thrown = new AssertionError("not set");
  private boolean cannotTell;

  private static EntryKey key(int number) {
    return EntryKey.of(TiersFixture.key(number));
  }

  /** Drops some entries for the one that is put, and then has no memory. */
  @SuppressWarnings("unchecked")
  private Pool failing() {
    Object cache =
        Proxy.newProxyInstance(
            Cache.class.getClassLoader(),
            new Class<?>[] {Cache.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("containsKey") && !cannotTell) {
                return there.contains(arguments[0]);
              }
              dropping.forEach(evicted::read);
              throw thrown;
            });
    Notices notices = new Notices(new RecordedEvents());
    return Pool.inMemory((Cache<EntryKey, EntryValue>) cache, evicted, notices);
  }

  private void put(Pool pool) {
    EntryValue value = EntryValue.of(ByteBuffer.allocate(8));
    assertEquals(
        thrown, assertThrows(Error.class, () -> pool.putIfAbsent(key(9), value)), "as it was");
  }

  @Test
  void keysReadBetweenChangesAreNotTold() {
    evicted.read(key(1));
    evicted.open();
    evicted.read(key(2));
    evicted.read(key(3));
    assertEquals(List.of(), told, "not before the change is made");
    evicted.close();
    evicted.read(key(4));
    evicted.close();
    assertEquals(List.of(key(2), key(3)), told);
  }

  @Test
  void whatWasDroppedBeforeAFailureIsTold() {
    thrown = new OutOfMemoryError("injected");
    dropping.addAll(List.of(key(1), key(2)));
    put(failing());
    assertEquals(List.of(key(1), key(2)), told);
  }

  @Test
  void whatWasNotDroppedAnyMoreStays() {
    thrown = new OutOfMemoryError("injected");
    dropping.addAll(List.of(key(1), key(2)));
    there.add(key(2));
    put(failing());
    assertEquals(List.of(key(1)), told);
  }

  @Test
  void whatNobodyCanTellStays() {
    thrown = new OutOfMemoryError("injected");
    dropping.addAll(List.of(key(1), key(2)));
    cannotTell = true;
    put(failing());
    assertEquals(List.of(key(1)), told);
  }

  @Test
  void aKeyIsReadAsItWasWritten() {
    List<EntryKey> read = new ArrayList<>();
    EntryKey.Bytes bytes = new EntryKey.Bytes(read::add);
    EntryKey key = bytes.read(bytes.serialize(new EntryKey(1, 2, 3, 4)));
    assertEquals(3, key.entryBytes());
    assertEquals(4, key.group());
    assertEquals(List.of(new EntryKey(1, 2, 0, 0)), read);
  }
}
