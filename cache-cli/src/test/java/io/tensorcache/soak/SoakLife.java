package io.tensorcache.soak;

import io.tensorcache.TensorCache;
import io.tensorcache.TensorCacheBuilder;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.error.TensorCacheException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A cache of the soak from opening to close, with tiers of random tiny sizes. */
final class SoakLife implements AutoCloseable {
  static final String STORE = "soak";

  final TensorCache cache;
  final SoakScopes scopes;
  final Map<SoakFunction.Kind, SoakFunction> functions = new EnumMap<>(SoakFunction.Kind.class);
  private final SoakCounts counts;
  private volatile boolean closing;

  SoakLife(Path directory, Random random, SoakCounts counts, AtomicInteger version) {
    this.counts = counts;
    TensorCacheBuilder builder = TensorCache.builder(STORE).listener(this::told);
    int tiers = 1 + random.nextInt(7);
    if ((tiers & 1) != 0) {
      builder.heap(ByteSize.ofKiB(32 << random.nextInt(6)));
    }
    if ((tiers & 2) != 0) {
      builder.offHeap(ByteSize.ofMiB(4));
    }
    if ((tiers & 4) != 0) {
      builder.disk(ByteSize.ofMiB(16), directory);
    }
    builder.whenFull(one(random, WhenFull.values()));
    Compression compression = one(random, Compression.values());
    if (tiers > 1) {
      builder.compression(compression);
    }
    int limit = 2 + random.nextInt(30);
    WhenFull whenFull = one(random, WhenFull.EVICT, WhenFull.EVICT, WhenFull.KEEP_FIRST);
    SyncPolicy sync = one(random, SyncPolicy.INTERVAL, SyncPolicy.ON_CLOSE);
    WhenBusy whenBusy = one(random, WhenBusy.values());
    boolean ages = random.nextInt(4) == 0;
    builder.store(
        store -> {
          store.directory(directory).limit(ByteSize.ofMiB(limit)).whenFull(whenFull).sync(sync);
          store.whenBusy(whenBusy).queue(ByteSize.ofKiB(256)).segment(ByteSize.ofKiB(256));
          if (ages) {
            store.timeToLive(Duration.ofSeconds(2));
          }
        });
    cache = builder.build();
    try {
      for (SoakFunction.Kind kind : SoakFunction.Kind.values()) {
        functions.put(kind, new SoakFunction(kind, cache, counts, version));
      }
      scopes = new SoakScopes(cache, counts, random.nextBoolean());
      counts.event("opened");
    } catch (Throwable e) { // out of memory
      cache.close();
      throw e;
    }
  }

  @SafeVarargs
  private static <V> V one(Random random, V... values) {
    return values[random.nextInt(values.length)];
  }

  private void told(TensorCacheException failure) {
    counts.event("told " + failure.getClass().getSimpleName());
    if (failure instanceof CorruptEntryException) {
      counts.unexpected("a listener", failure);
    }
  }

  /** True if what was thrown only says that this cache is closed. */
  boolean explains(Throwable e) {
    return closing
        && e instanceof IllegalStateException
        && String.valueOf(e.getMessage()).contains("closed");
  }

  @Override
  public void close() {
    closing = true;
    cache.close();
    counts.event("closed");
  }
}
