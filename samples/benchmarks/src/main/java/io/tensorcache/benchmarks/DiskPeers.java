package io.tensorcache.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.MemoryUnit;
import org.ehcache.spi.serialization.Serializer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * Other ways to keep rows on a disk, each without checksums of its own doing: a plain file, one
 * file per entry, Ehcache's disk tier, H2's MVStore. Confined to one thread.
 */
final class DiskPeers implements AutoCloseable {
  private final Path directory;
  private final int rowBytes;
  private final FileChannel plain;
  private final CacheManager manager;
  private final Cache<Long, byte[]> ehcache;
  private final MVStore mvStore;
  private final MVMap<Long, byte[]> mvMap;

  DiskPeers(Path directory, int rowBytes) throws IOException {
    this.directory = directory;
    this.rowBytes = rowBytes;
    Files.createDirectories(directory.resolve("files"));
    plain =
        FileChannel.open(
            directory.resolve("plain"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    manager =
        CacheManagerBuilder.newCacheManagerBuilder()
            .with(CacheManagerBuilder.persistence(directory.resolve("ehcache").toFile()))
            .build(true);
    ehcache =
        manager.createCache(
            "rows",
            CacheConfigurationBuilder.newCacheConfigurationBuilder(
                    Long.class,
                    byte[].class,
                    ResourcePoolsBuilder.newResourcePoolsBuilder().disk(2, MemoryUnit.GB))
                .withValueSerializer(new Bytes()));
    mvStore = new MVStore.Builder().fileName(directory.resolve("mvstore").toString()).open();
    mvMap = mvStore.openMap("rows");
  }

  void putPlain(long row, ByteBuffer from) throws IOException {
    plain.write(from, row * rowBytes);
  }

  void readPlain(long row, ByteBuffer to) throws IOException {
    while (to.hasRemaining()) {
      plain.read(to, row * rowBytes + rowBytes - to.remaining());
    }
  }

  private Path file(long row) {
    return directory.resolve("files").resolve(Long.toHexString(row));
  }

  void putFile(long row, byte[] from) throws IOException {
    Files.write(file(row), from);
  }

  void readFile(long row, ByteBuffer to) throws IOException {
    try (FileChannel file = FileChannel.open(file(row))) {
      while (to.hasRemaining()) {
        file.read(to);
      }
    }
  }

  void putEhcache(long row, byte[] from) {
    ehcache.put(row, from);
  }

  void readEhcache(long row, ByteBuffer to) {
    to.put(ehcache.get(row));
  }

  void putMvStore(long row, byte[] from) {
    mvMap.put(row, from);
  }

  void readMvStore(long row, ByteBuffer to) {
    to.put(mvMap.get(row));
  }

  /** Ends what was put: all of it can be read from the files. */
  void commit() {
    mvStore.commit();
  }

  @Override
  public void close() throws IOException {
    plain.close();
    manager.close();
    mvStore.close();
  }

  private static final class Bytes implements Serializer<byte[]> {
    @Override
    public ByteBuffer serialize(byte[] value) {
      return ByteBuffer.wrap(value);
    }

    @Override
    public byte[] read(ByteBuffer bytes) {
      byte[] value = new byte[bytes.remaining()];
      bytes.get(value);
      return value;
    }

    @Override
    public boolean equals(byte[] value, ByteBuffer bytes) {
      return ByteBuffer.wrap(value).equals(bytes);
    }
  }
}
