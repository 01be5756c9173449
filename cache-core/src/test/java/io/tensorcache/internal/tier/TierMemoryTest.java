package io.tensorcache.internal.tier;

import static io.tensorcache.internal.tier.TiersFixture.HEAP_ROW;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static io.tensorcache.internal.tier.TiersFixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.gate.Gate;
import io.tensorcache.internal.gate.Worth;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.ehcache.Cache;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the heap is full for a moment, no room is lost in a tier. */
class TierMemoryTest {
  private static final int ATTEMPTS = 1000; // more rows than the tiers hold

  private final EhcacheTiers ehcache = new EhcacheTiers(null);
  private final Notices notices = new Notices(new RecordedEvents());
  private boolean isHeapFull;

  @AfterEach
  void close() {
    ehcache.close();
  }

  @SuppressWarnings("unchecked")
  private <K, V> Cache<K, V> failing(Cache<K, V> cache) {
    return (Cache<K, V>)
        Proxy.newProxyInstance(
            Cache.class.getClassLoader(),
            new Class<?>[] {Cache.class},
            (proxy, method, arguments) -> {
              if (isHeapFull && method.getName().equals("putIfAbsent")) {
                throw new OutOfMemoryError("injected");
              }
              try {
                return method.invoke(cache, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void onTheHeap() {
    Gate gate = new Gate(false, null);
    HeapTier tier = new HeapTier(failing(ehcache.heap(notices)), 3L * HEAP_ROW, gate);
    isHeapFull = true;
    for (int i = 0; i < ATTEMPTS; i++) {
      int number = i;
      assertThrows(
          OutOfMemoryError.class,
          () -> tier.add(key(number), row(number), Claim.of(new Worth(3, 0)), entry -> {}));
    }
    isHeapFull = false;
    for (int i = 0; i < 3; i++) {
      assertTrue(tier.addIfRoom(key(i), row(i)), "row " + i);
    }
    assertEquals(3, tier.stats(0).entries());
    assertEquals(3L * HEAP_ROW, tier.stats(0).bytes().bytes());
  }

  @Test
  @SuppressWarnings("unchecked")
  void offTheHeap() {
    EntryReads reads = new EntryReads();
    Pool pool = ehcache.offHeap(ByteSize.ofMiB(1), reads, key -> {}, notices);
    ByteSize none = ByteSize.ofBytes(0);
    CacheConfig config =
        SampleConfig.of(none, ByteSize.ofMiB(1), none, WhenFull.KEEP_FIRST, Compression.NONE);
    Cache<EntryKey, EntryValue> cache = failing((Cache<EntryKey, EntryValue>) pool.all());
    EntryTier tier =
        new EntryTier(
            Pool.inMemory(cache, new Evicted(key -> {}), notices), MIB, reads, config, notices);
    isHeapFull = true;
    for (int i = 0; i < ATTEMPTS; i++) {
      int number = i;
      assertThrows(OutOfMemoryError.class, () -> tier.add(key(number), row(number), Claim.ALWAYS));
    }
    isHeapFull = false;
    assertEquals(Admission.IS_IN, tier.add(key(0), row(0), Claim.ALWAYS));
  }
}
