package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Compression;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.config.SyncPolicy;
import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenBusy;
import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the comments of what is configured, run. */
class OptionExamplesTest {
  private final Squares squares = new Squares();
  private final HostTensor batch = Squares.batch();

  @Test
  void cacheOptions() {
    // begin: cache-options
    TensorCache cache =
        TensorCache.builder("features")
            .heap(ByteSize.ofMiB(64))
            .offHeap(ByteSize.ofMiB(16)) // takes what leaves the heap tier
            .whenFull(WhenFull.EVICT)
            .compression(Compression.NONE)
            .build();
    // end: cache-options
    assertEquals(ByteSize.ofMiB(16), cache.config().offHeap());
    cache.close();
  }

  @Test
  void weigh() {
    // begin: weigh
    TensorCache cache =
        TensorCache.builder("features")
            .heap(ByteSize.ofMiB(64))
            .weigh(Weigh.SECONDS_SAVED) // rows of slow functions stay
            .build();
    // end: weigh
    try (cache) {
      assertEquals(Weigh.SECONDS_SAVED, cache.config().weigh());
    }
  }

  @Test
  void keyOptions(@TempDir Path directory) {
    // begin: key-options
    TensorCache cache =
        TensorCache.builder("features")
            .keyAlgorithm(KeyAlgorithm.TCH1)
            .keyBackend(KeyBackend.JAVA) // AUTO takes the fastest one that is here
            .saltFrom(directory.resolve("salt")) // rows that strangers send want a secret seed
            .build();
    // end: key-options
    assertTrue(Files.exists(directory.resolve("salt")));
    assertTrue(cache.config().salted());
    cache.close();
  }

  @Test
  void configOfACache() {
    try (TensorCache cache = TensorCache.builder("features").heap(ByteSize.ofMiB(64)).build()) {
      // begin: cache-config
      CacheConfig config = cache.config();
      ByteSize heap = config.heap(); // 64 MiB
      String why = config.keyBackendReason(); // names the back end and why it was taken
      boolean isDurable = config.store() != null;
      // end: cache-config
      assertEquals("64 MiB", heap.toString());
      assertFalse(why.isBlank());
      assertFalse(isDurable);
    }
  }

  @Test
  void levels() {
    // begin: cache-level
    TensorCache cache = TensorCache.builder("features").level(CacheLevel.LIGHT).build();
    CachedFunction<HostTensor> kept =
        cache
            .function("kept", Fingerprint.version("1"), HostTensor.adapter())
            .level(CacheLevel.LIGHT) // at most the level of the cache: stored
            .wrap(x -> squares.of(x));
    CachedFunction<HostTensor> dropped =
        cache
            .function("dropped", Fingerprint.version("1"), HostTensor.adapter())
            .level(CacheLevel.HEAVY) // above it: computed at each call
            .wrap(x -> squares.of(x));
    // end: cache-level
    kept.apply(batch);
    kept.apply(batch);
    assertEquals(2, cache.stats().rowsComputed());
    dropped.apply(batch);
    dropped.apply(batch);
    assertEquals(6, cache.stats().rowsComputed());
    cache.close();
  }

  @Test
  void byteSizes() {
    // begin: byte-size
    ByteSize quarter = ByteSize.ofMiB(256);
    ByteSize parsed = ByteSize.parse("256MiB");
    String text = ByteSize.ofBytes(1_610_612_736).toString(); // 1.5 GiB
    // end: byte-size
    assertEquals(quarter, parsed);
    assertEquals("1.5 GiB", text);
  }

  @Test
  void storeOptions(@TempDir Path directory) {
    // begin: store-options
    TensorCache cache =
        TensorCache.builder("features")
            .store(
                store ->
                    store
                        .directory(directory) // the files lie in directory/features
                        .limit(ByteSize.ofGiB(1))
                        .sync(SyncPolicy.EVERY_WRITE) // a loss of power costs nothing
                        .whenBusy(WhenBusy.DECLINE) // no call waits for the disk
                        .timeToLive(Duration.ofDays(30)))
            .build();
    // end: store-options
    assertNotNull(cache.config().store());
    assertEquals(SyncPolicy.EVERY_WRITE, cache.config().store().sync());
    cache.close();
  }
}
