package io.tensorcache.internal.tier;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
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
import org.ehcache.impl.config.persistence.CacheManagerPersistenceConfiguration;
import org.ehcache.spi.resilience.ResilienceStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The Ehcache side of the memory tiers: one manager, and in it one cache per tier. Nothing is
 * shared with other instances. No expiry, no copier, no Java serialisation.
 */
final class EhcacheTiers {
  private static final String OVERSIZE = "OversizeMappingException";

  private final CacheManager manager;

  /** Null if there is no disk tier. */
  private final @Nullable FileThread thread;

  /** {@code diskDirectory} is null if there is no disk tier. */
  EhcacheTiers(@Nullable Path diskDirectory) {
    var builder =
        CacheManagerBuilder.newCacheManagerBuilder().using(new SameThread()).using(new NoClock());
    this.manager =
        OwnLoader.call(
            () ->
                diskDirectory == null
                    ? builder.build(true)
                    : builder
                        .using(new CacheManagerPersistenceConfiguration(diskDirectory.toFile()))
                        .build(true));
    boolean isMade = false;
    try {
      this.thread = diskDirectory == null ? null : FileThread.start();
      isMade = true;
    } finally {
      if (!isMade) {
        manager.close();
      }
    }
  }

  /** By reference and never full: the bytes are counted by {@link HeapTier}. */
  Cache<TensorKey, HeapEntry> heap(Notices notices) {
    return create(
        "heap",
        CacheConfigurationBuilder.newCacheConfigurationBuilder(
                TensorKey.class,
                HeapEntry.class,
                ResourcePoolsBuilder.newResourcePoolsBuilder()
                    .heap(Long.MAX_VALUE / 2, EntryUnit.ENTRIES))
            .withResilienceStrategy(new ReportingResilience<>("heap", new HeapEntry(), notices)));
  }

  private <K, V> Cache<K, V> create(String name, CacheConfigurationBuilder<K, V> configuration) {
    return OwnLoader.call(() -> manager.createCache(name, configuration));
  }

  /**
   * A pool of direct memory, allocated at once.
   *
   * @throws IllegalArgumentException if the memory cannot be had, naming the flag
   */
  Pool offHeap(ByteSize size, EntryReads reads, Consumer<EntryKey> evicted, Notices notices) {
    var resources =
        ResourcePoolsBuilder.newResourcePoolsBuilder().offheap(size.bytes(), MemoryUnit.B);
    var resilience =
        new ReportingResilience<EntryKey, EntryValue>("off-heap", EntryValue.REFUSED, notices);
    try {
      Evicted dropped = new Evicted(evicted);
      var entries = entries(resources, new EntryKey.Bytes(dropped::read), reads, resilience);
      var cache = OffHeapPages.with(size.bytes(), () -> create("off-heap", entries));
      return Pool.inMemory(cache, dropped, notices);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(
          "an off-heap tier of "
              + size
              + " cannot be allocated: make it smaller, or start the JVM with a larger"
              + " -XX:MaxDirectMemorySize, which must cover the off-heap tiers of all caches",
          e);
    }
  }

  /**
   * A pool in a file that is made now and grows as it fills.
   *
   * @throws IllegalStateException if there is no directory for it
   */
  Pool disk(
      ByteSize size,
      DiskSpace space,
      EntryReads reads,
      Consumer<EntryKey> evicted,
      Notices notices) {
    FileThread on = thread;
    if (on == null) {
      throw new IllegalStateException("no directory for a disk tier");
    }
    var resources =
        ResourcePoolsBuilder.newResourcePoolsBuilder().disk(size.bytes(), MemoryUnit.B, false);
    Pool[] pool = new Pool[1];
    var resilience =
        new ReportingResilience<EntryKey, EntryValue>(
            "disk",
            EntryValue.REFUSED,
            notices,
            e -> {
              if (!isOversize(e)) {
                pool[0].turnOff();
              }
            });
    var entries = entries(resources, new EntryKey.Bytes(key -> {}), reads, resilience);
    var cache = on.call(() -> create("disk", entries.withService(tellingOf(evicted))));
    pool[0] = Pool.inFile(cache, space, on, notices);
    return pool[0];
  }

  /** An entry for which Ehcache found no room harms no other one. */
  private static boolean isOversize(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.getClass().getSimpleName().equals(OVERSIZE)) {
        return true;
      }
    }
    return false;
  }

  private static CacheConfigurationBuilder<EntryKey, EntryValue> entries(
      ResourcePoolsBuilder resources,
      EntryKey.Bytes keys,
      EntryReads reads,
      ResilienceStrategy<EntryKey, EntryValue> resilience) {
    return CacheConfigurationBuilder.newCacheConfigurationBuilder(
            EntryKey.class, EntryValue.class, resources)
        .withKeySerializer(keys)
        .withValueSerializer(new EntryValue.Bytes(reads))
        .withResilienceStrategy(resilience);
  }

  private static CacheEventListenerConfigurationBuilder tellingOf(Consumer<EntryKey> evicted) {
    return CacheEventListenerConfigurationBuilder.newEventListenerConfiguration(
            (CacheEvent<? extends EntryKey, ? extends EntryValue> event) ->
                evicted.accept(event.getKey()),
            EventType.EVICTED)
        .unordered()
        .synchronous();
  }

  void close() {
    if (thread == null) {
      closeManager();
    } else {
      try {
        thread.call(this::closeManager);
      } finally {
        thread.close();
      }
    }
  }

  private CacheManager closeManager() {
    return OwnLoader.call(
        () -> {
          manager.close();
          return manager;
        });
  }
}
