package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.Mutations.flipped;
import static io.tensorcache.internal.durable.Mutations.forged;
import static io.tensorcache.internal.durable.Mutations.mutated;
import static io.tensorcache.internal.durable.Mutations.resummed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every bit of a store flipped, one at a time; a store cut at every byte; and very many files of
 * which little is what was written. A row that is served is compared byte by byte.
 */
@Tag("slow")
class DamagedBytesTest {
  private static final int ROWS = 4;
  private static final int EACH_BIT_OF = 8 * (SegmentFormatV1.HEADER_BYTES + 128);
  private static final int FUZZED_FILES = 20_000;
  private static final int FUZZED_FILES_AT_NIGHT = 100_000;

  @TempDir Path directory;
  private final MemoryFiles files = new MemoryFiles();
  private DurableFixture.Events events = new DurableFixture.Events();

  /** A store that is opened and read, without the thread that writes: very many are opened here. */
  private final class Opened {
    private final Health health = new Health(events);
    final SegmentReader reader;

    Opened(StoreConfig config) throws IOException {
      StoreClock clock = new StoreClock(System::currentTimeMillis);
      Path rows = directory.toRealPath().resolve("rows");
      StoreParts parts = StoreParts.of(files.hold(rows), rows, config, clock, health);
      parts.takeover().tidy();
      parts.catalog().poll();
      parts.takeover().run();
      reader = new SegmentReader(parts, place -> {});
    }

    /** How many of these rows are served, all of them right; tells what was told meanwhile. */
    int hits(int rows, IntFunction<Row> expected) {
      int hits = 0;
      for (int i = 0; i < rows; i++) {
        Row row = expected.apply(i);
        ByteBuffer[] buffers = SampleRows.buffers(row.schema(), 1, true);
        if (reader.read(key(i), new RowTarget(row.schema(), buffers)) == Lookup.DURABLE_HIT) {
          byte[] bytes = row.payload(0);
          assertArrayEquals(bytes, SampleRows.bytesAt(buffers[0], 0, bytes.length), "row " + i);
          hits++;
        }
      }
      health.deliver();
      return hits;
    }

    /** Reads in every way there is, whatever comes of it. */
    void readAll(int rows, IntFunction<Row> expected) {
      for (int i = 0; i < rows; i++) {
        RowSchema schema = expected.apply(i).schema();
        reader.read(key(i), new RowTarget(schema, SampleRows.buffers(schema, 1, true)));
        reader.schema(key(i));
        reader.row(key(i));
      }
      health.deliver();
    }
  }

  private DurableStore open(StoreConfig config) {
    return DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
  }

  private static Row row(int number) {
    return SampleRows.ofBytes(number, 40 + number * 30);
  }

  /** A segment of four rows and its index. */
  private final class Small {
    final Path segmentPath;
    final Path indexPath;
    final byte[] segment;
    final byte[] index;

    Small() {
      try (DurableStore store = open(DurableFixture.large())) {
        for (int i = 0; i < ROWS; i++) {
          assertTrue(store.store(key(i), row(i), NET));
        }
      }
      segmentPath = files.all(SegmentName.SEGMENT).get(0);
      indexPath = files.all(SegmentName.INDEX).get(0);
      segment = files.get(segmentPath);
      index = files.get(indexPath);
    }

    /** Opens these files, of no index if it is empty, and reads everything; returns the hits. */
    int hits(byte[] segmentBytes, byte[] indexBytes) throws IOException {
      files.clear();
      files.put(segmentPath, segmentBytes);
      if (indexBytes.length > 0) {
        files.put(indexPath, indexBytes);
      }
      events = new DurableFixture.Events();
      return new Opened(DurableFixture.large()).hits(ROWS, DamagedBytesTest::row);
    }
  }

  /** Every bit of the header and of the first record's head, and of the rest every third. */
  @Test
  void everyThirdBitOfASegmentFlipped() throws IOException {
    flipBitsOfASegment(3);
  }

  @Tag("nightly")
  @Test
  void everyBitOfASegmentFlipped() throws IOException {
    flipBitsOfASegment(1);
  }

  private void flipBitsOfASegment(int step) throws IOException {
    Small small = new Small();
    int first = new Random().nextInt(step);
    int tried = 0;
    int lost = 0;
    int harmless = 0;
    for (int bit = 0; bit < 8 * small.segment.length; bit++) {
      if (bit >= EACH_BIT_OF && bit % step != first) {
        continue;
      }
      tried++;
      int hits = small.hits(flipped(small.segment, bit), small.index);
      boolean isHeader = bit < 8 * SegmentFormatV1.HEADER_BYTES;
      assertTrue(isHeader || hits >= ROWS - 1, "bit " + bit + ": " + hits);
      assertEquals(hits < ROWS, !events.failures.isEmpty(), "bit " + bit + ": lost and told");
      lost += ROWS - hits;
      harmless += hits == ROWS ? 1 : 0; // padding, or a provenance that the index has too
    }
    System.out.printf(
        Locale.ROOT,
        "DamagedBytesTest: %d bits of a segment, 0 wrong, %d rows lost and told, %d harmless%n",
        tried,
        lost,
        harmless);
    assertTrue(harmless < tried / 3, harmless + " harmless");
  }

  /** From a random one on. */
  @Test
  void everyFifthBitOfAnUnsealedSegmentFlipped() throws IOException {
    flipBitsOfAnUnsealedSegment(5);
  }

  @Tag("nightly")
  @Test
  void everyBitOfAnUnsealedSegmentFlipped() throws IOException {
    flipBitsOfAnUnsealedSegment(1);
  }

  private void flipBitsOfAnUnsealedSegment(int step) throws IOException {
    Small small = new Small();
    int first = 8 * SegmentFormatV1.HEADER_BYTES + new Random().nextInt(step);
    for (int bit = first; bit < 8 * small.segment.length; bit += step) {
      int hits = small.hits(flipped(small.segment, bit), new byte[0]);
      assertTrue(hits >= ROWS - 1, "bit " + bit + ": " + hits);
    }
  }

  @Test
  void everyBitOfAnIndexFlipped() throws IOException {
    Small small = new Small();
    for (int bit = 0; bit < 8 * small.index.length; bit++) {
      assertEquals(ROWS, small.hits(small.segment, flipped(small.index, bit)), "bit " + bit);
      assertEquals(1, events.failures.size(), "bit " + bit);
    }
    assertEquals(ROWS, small.hits(small.segment, files.get(small.indexPath)), "rebuilt");
    assertEquals(0, events.failures.size());
  }

  @Test
  void cutAtEveryByte() throws IOException {
    Small small = new Small();
    for (int length = 0; length < small.segment.length; length++) {
      byte[] cut = Arrays.copyOf(small.segment, length);
      int withIndex = small.hits(cut, small.index);
      int alone = small.hits(cut, new byte[0]);
      int before = length - 1;
      assertTrue(withIndex <= alone || events.failures.size() > 0, "length " + before);
      assertTrue(alone < ROWS || length > small.segment.length - 64, "length " + length);
    }
    for (int length = 1; length < small.index.length; length++) {
      assertEquals(ROWS, small.hits(small.segment, Arrays.copyOf(small.index, length)));
      assertEquals(1, events.failures.size(), "index of " + length);
    }
  }

  /** Many small segments, each with its index. */
  private Map<Path, byte[]> manyFiles(int rows) {
    try (DurableStore store = open(DurableFixture.config(1 << 20, WhenFull.EVICT, 4))) {
      for (int i = 0; i < rows; i++) {
        assertTrue(store.store(key(i), row(i % 40), NET));
      }
    }
    Map<Path, byte[]> all = new HashMap<>();
    for (String suffix : List.of(SegmentName.SEGMENT, SegmentName.INDEX)) {
      files.all(suffix).forEach(path -> all.put(path, files.get(path)));
    }
    return all;
  }

  @Test
  void fuzzedFilesServeNothingWrongAndCostNoMoreThanTheyHold() throws IOException {
    fuzz(FUZZED_FILES);
  }

  @Tag("nightly")
  @Test
  void norDoVeryManyFuzzedFiles() throws IOException {
    fuzz(FUZZED_FILES_AT_NIGHT);
  }

  private void fuzz(int fuzzedFiles) throws IOException {
    long seed = Long.getLong("durable.seed", System.nanoTime());
    System.out.println("DamagedBytesTest: -Ddurable.seed=" + seed);
    Random random = new Random(seed);
    int rows = 800;
    Map<Path, byte[]> whole = manyFiles(rows);
    long bytes = whole.values().stream().mapToLong(each -> each.length).sum();
    long sound = Math.max(allocatedBytes(whole, rows, true), allocatedBytes(whole, rows, true));
    long most = 0;
    int tried = 0;
    int hits = 0;
    for (int round = 0; tried < fuzzedFiles; round++) {
      boolean forges = round % 5 == 4;
      Map<Path, byte[]> bad = new HashMap<>();
      for (Map.Entry<Path, byte[]> each : whole.entrySet()) {
        boolean isIndex = each.getKey().toString().endsWith(SegmentName.INDEX);
        if (isIndex && random.nextInt(3) == 0) {
          continue; // unsealed
        }
        byte[] mutated =
            forges && !isIndex ? forged(each.getValue(), random) : mutated(each.getValue(), random);
        bad.put(each.getKey(), isIndex && random.nextBoolean() ? resummed(mutated) : mutated);
        tried++;
      }
      most = Math.max(most, allocatedBytes(bad, rows, !forges));
      hits += lastHits;
    }
    System.out.printf(
        Locale.ROOT,
        "DamagedBytesTest: %d files of %d bytes a round, %d rows served, 0 wrong,"
            + " %d bytes allocated at most, %d for sound files%n",
        tried,
        bytes,
        hits,
        most,
        sound);
    assertTrue(hits > 0);
    assertTrue(
        most < 4 * sound + (1 << 20), most + " bytes allocated, " + sound + " for sound ones");
  }

  private int lastHits;

  /** Heap memory that opening and reading these files takes on this thread. */
  private long allocatedBytes(Map<Path, byte[]> all, int rows, boolean compares)
      throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    files.clear();
    all.forEach(files::put);
    events = new DurableFixture.Events();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    Opened opened = new Opened(DurableFixture.config(1 << 20, WhenFull.EVICT, 4));
    lastHits = compares ? opened.hits(rows, i -> row(i % 40)) : 0;
    opened.readAll(rows, i -> row(i % 40));
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }
}
