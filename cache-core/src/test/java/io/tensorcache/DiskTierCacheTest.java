package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.StorageException;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache with a disk tier, from outside. */
class DiskTierCacheTest {
  private static final ByteSize HEAP = ByteSize.ofKiB(64);
  private static final ByteSize DISK = ByteSize.ofMiB(16);

  @TempDir Path directory;

  private static List<Path> in(Path parent) throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.sorted().toList();
    }
  }

  private static TierStats tier(TensorCache cache, Tier tier) {
    return cache.stats().tiers().stream()
        .filter(each -> each.tier() == tier)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void servesFromDiskWhatDoesNotFitTheMemory() throws IOException {
    Counted features = Counted.features(500);
    HostTensor x = batch(0, 400, 6);
    try (TensorCache cache = TensorCache.builder("disk").heap(HEAP).disk(DISK, directory).build()) {
      var cached = cache.wrap("f", Fingerprint.version("1"), HostTensor.adapter(), features);
      HostTensor first = cached.apply(x);
      assertTrue(sameBits(first, cached.apply(x)));
      assertEquals(400, features.rows.get());
      TierStats disk = tier(cache, Tier.DISK);
      assertEquals(disk.entries(), disk.hits());
      assertTrue(disk.entries() > 350, cache.stats().toString());
      assertEquals(4096 * disk.entries(), disk.bytes().bytes());
      assertEquals(DISK, disk.limit());
      assertEquals(400, disk.hits() + tier(cache, Tier.HEAP).hits());
      assertEquals(0, cache.stats().failures());
      assertEquals(DISK, cache.config().disk());
      Path own = in(directory).stream().filter(Files::isDirectory).findFirst().orElseThrow();
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
    }
    assertEquals(List.of(), in(directory), "gone with the cache");
  }

  @Test
  void whatPersistsIsNotWrittenTwice() {
    Counted features = Counted.features(500);
    HostTensor x = batch(0, 300, 6);
    try (TensorCache cache =
        TensorCache.builder("both")
            .heap(HEAP)
            .disk(DISK, directory)
            .store(store -> store.directory(directory.resolve("store")))
            .build()) {
      var cached =
          cache
              .function("f", Fingerprint.version("1"), HostTensor.adapter())
              .persisting(true)
              .wrap(features);
      cached.apply(x);
      cached.apply(x);
      assertEquals(300, features.rows.get());
      assertTrue(cache.flush());
      assertEquals(0, tier(cache, Tier.DISK).entries());
      assertEquals(300, tier(cache, Tier.DURABLE).entries());
      cache.wrap("g", Fingerprint.version("1"), HostTensor.adapter(), features).apply(x);
      assertTrue(tier(cache, Tier.DISK).entries() > 250, cache.stats().toString());
    }
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    var small = TensorCache.builder("small").disk(ByteSize.ofMiB(15), directory);
    String message = assertThrows(IllegalArgumentException.class, small::build).getMessage();
    assertTrue(message.contains("15 MiB") && message.contains("at least 16 MiB"), message);
    assertEquals(List.of(), in(directory), "nothing is left");
    Path file = Files.write(directory.resolve("file"), new byte[1]);
    assertThrows(StorageException.class, () -> TensorCache.builder("x").disk(DISK, file).build());
    var twice = TensorCache.builder("twice").disk(DISK);
    message =
        assertThrows(IllegalStateException.class, () -> twice.disk(DISK, directory)).getMessage();
    assertTrue(message.contains("disk is set twice: 16 MiB and 16 MiB in"), message);
    var nothing = TensorCache.builder("nothing").heap(ByteSize.ofBytes(0));
    message = assertThrows(IllegalStateException.class, nothing::build).getMessage();
    assertTrue(message.contains("\"nothing\" keeps nothing"), message);
    TensorCache.builder("default").disk(DISK).build().close();
  }
}
