package io.tensorcache.internal.store;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.util.function.Consumer;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheEventListenerConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.EntryUnit;
import org.ehcache.config.units.MemoryUnit;
import org.ehcache.event.CacheEvent;
import org.ehcache.event.EventType;

/**
 * The Ehcache side of the memory tiers: one manager, and in it one cache per tier. Nothing is
 * shared with other instances. No expiry, no copier, no Java serialisation.
 */
final class EhcacheTiers {
  private final CacheManager manager =
      CacheManagerBuilder.newCacheManagerBuilder().using(new SameThread()).build(true);

  /** By reference and never full: the bytes are counted by {@link HeapTier}. */
  Cache<TensorKey, HeapEntry> heap(Notices notices) {
    return manager.createCache(
        "heap",
        CacheConfigurationBuilder.newCacheConfigurationBuilder(
                TensorKey.class,
                HeapEntry.class,
                ResourcePoolsBuilder.newResourcePoolsBuilder()
                    .heap(Long.MAX_VALUE / 2, EntryUnit.ENTRIES))
            .withResilienceStrategy(new ReportingResilience<>("heap", new HeapEntry(), notices)));
  }

  /**
   * A pool of direct memory, allocated at once.
   *
   * @throws IllegalArgumentException if the memory cannot be had, naming the flag
   */
  Cache<OffHeapKey, OffHeapValue> offHeap(
      ByteSize size,
      ThreadLocal<OffHeapRead> reads,
      Consumer<OffHeapKey> evicted,
      Notices notices) {
    var configuration =
        CacheConfigurationBuilder.newCacheConfigurationBuilder(
                OffHeapKey.class,
                OffHeapValue.class,
                ResourcePoolsBuilder.newResourcePoolsBuilder().offheap(size.bytes(), MemoryUnit.B))
            .withKeySerializer(new OffHeapKey.Bytes())
            .withValueSerializer(new OffHeapValue.Bytes(reads))
            .withResilienceStrategy(
                new ReportingResilience<>("off-heap", OffHeapValue.REFUSED, notices))
            .withService(
                CacheEventListenerConfigurationBuilder.newEventListenerConfiguration(
                        (CacheEvent<? extends OffHeapKey, ? extends OffHeapValue> event) ->
                            evicted.accept(event.getKey()),
                        EventType.EVICTED)
                    .unordered()
                    .synchronous());
    try {
      return manager.createCache("off-heap", configuration);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(
          "an off-heap tier of "
              + size
              + " cannot be allocated: make it smaller, or start the JVM with a larger"
              + " -XX:MaxDirectMemorySize, which must cover the off-heap tiers of all caches",
          e);
    }
  }

  void close() {
    manager.close();
  }
}
