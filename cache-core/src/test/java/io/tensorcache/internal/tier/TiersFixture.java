package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Compression;
import io.tensorcache.config.SampleConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Tiers of a given size and rows whose content follows from their number. */
final class TiersFixture implements AutoCloseable {
  static final int ROW_BYTES = 2000;

  /** What one row of the fixture counts for on the heap. */
  static final int HEAP_ROW = ROW_BYTES + HeapEntry.OVERHEAD_BYTES;

  static final int MIB = 1 << 20;

  final RecordedEvents events = new RecordedEvents();
  final MoveTickets tickets = new MoveTickets();
  final MemoryTiers tiers;

  TiersFixture(long heapBytes, long offHeapBytes, WhenFull whenFull, Compression compression) {
    this(heapBytes, offHeapBytes, 0, null, whenFull, compression);
  }

  TiersFixture(
      long heapBytes,
      long offHeapBytes,
      long diskBytes,
      @Nullable Path directory,
      WhenFull whenFull,
      Compression compression) {
    tiers =
        new MemoryTiers(
            SampleConfig.of(
                ByteSize.ofBytes(heapBytes),
                ByteSize.ofBytes(offHeapBytes),
                ByteSize.ofBytes(diskBytes),
                whenFull,
                compression),
            directory,
            events,
            tickets);
  }

  /** With a disk tier of 16 MiB. */
  static TiersFixture onDisk(long heapBytes, long offHeapBytes, Path directory, WhenFull whenFull) {
    return new TiersFixture(
        heapBytes, offHeapBytes, 16L * MIB, directory, whenFull, Compression.NONE);
  }

  static TiersFixture evicting(long heapBytes, long offHeapBytes) {
    return new TiersFixture(heapBytes, offHeapBytes, WhenFull.EVICT, Compression.NONE);
  }

  /** With what was used longest ago going first, however often it was asked for. */
  static TiersFixture recent(long heapBytes, long offHeapBytes) {
    return new TiersFixture(heapBytes, offHeapBytes, WhenFull.RECENT, Compression.NONE);
  }

  static TiersFixture keeping(long heapBytes, long offHeapBytes) {
    return new TiersFixture(heapBytes, offHeapBytes, WhenFull.KEEP_FIRST, Compression.NONE);
  }

  static TensorKey key(int number) {
    Random random = new Random(number);
    return new TensorKey(random.nextLong(), random.nextLong());
  }

  static Row row(int number) {
    return row(number, ROW_BYTES);
  }

  static Row row(int number, int byteCount) {
    return SampleRows.ofBytes(number, byteCount);
  }

  static RowSchema schema(int byteCount) {
    return RowSchema.of(TensorSpec.of(DType.UINT8, byteCount));
  }

  Tier store(int number) {
    return tiers.store(key(number), row(number));
  }

  Tier store(int number, int byteCount) {
    return tiers.store(key(number), row(number, byteCount));
  }

  Lookup read(int number) {
    return read(number, ROW_BYTES);
  }

  /** Reads and, on a hit, compares every byte. */
  Lookup read(int number, int byteCount) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(byteCount + 16);
    RowTarget target = new RowTarget(schema(byteCount), new ByteBuffer[] {buffer}).at(0, 16);
    Lookup lookup = tiers.read(key(number), target);
    if (lookup.isHit()) {
      byte[] expected = row(number, byteCount).payload(0);
      assertArrayEquals(expected, SampleRows.bytesAt(buffer, 16, byteCount), "row " + number);
      assertEquals(0, buffer.getLong(8), "bytes before the row");
    }
    return lookup;
  }

  /** What each tier holds, none of which was asked for by a cache. */
  List<TierStats> use() {
    return tiers.stats(Map.of());
  }

  static TierStats tierStats(Tier tier, long entries, long bytes, long limit, long evictions) {
    return new TierStats(
        tier, entries, ByteSize.ofBytes(bytes), ByteSize.ofBytes(limit), 0, evictions);
  }

  TierStats use(Tier tier) {
    return use().stream().filter(use -> use.tier() == tier).findFirst().orElseThrow();
  }

  /** How many of the rows {@code from .. to} can be read. */
  int present(int from, int to) {
    int count = 0;
    for (int number = from; number < to; number++) {
      count += read(number).isHit() ? 1 : 0;
    }
    return count;
  }

  @Override
  public void close() {
    tiers.close();
  }
}
