package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what was written: never a wrong row, never an exception. */
class DamageTest {
  private static final int ROWS = 4;

  @TempDir Path directory;
  private final FaultyFiles files = new FaultyFiles(); // without fsync: many files
  private DurableFixture.Events events = new DurableFixture.Events();
  private byte[] segment;
  private byte[] index;
  private Path segmentPath;
  private Path indexPath;

  private DurableStore open() {
    DurableSettings settings = DurableFixture.large();
    return DurableStore.open(directory, "rows", settings, events, files, System::currentTimeMillis);
  }

  private static Row row(int number) {
    return SampleRows.ofBytes(number, 40 + number * 30);
  }

  @BeforeEach
  void writeSmallSegment() throws IOException {
    try (DurableStore store = open()) {
      for (int i = 0; i < ROWS; i++) {
        assertTrue(store.store(key(i), row(i), NET));
      }
    }
    segmentPath = DurableFixture.files(directory, SegmentName.SEGMENT).get(0);
    indexPath = DurableFixture.files(directory, SegmentName.INDEX).get(0);
    segment = Files.readAllBytes(segmentPath);
    index = Files.readAllBytes(indexPath);
  }

  /** Puts the files in place, opens the store and reads everything; returns the hits. */
  private int hits(byte[] segmentBytes, byte[] indexBytes) throws IOException {
    Files.write(segmentPath, segmentBytes);
    if (indexBytes.length > 0) {
      Files.write(indexPath, indexBytes);
    } else {
      Files.deleteIfExists(indexPath);
    }
    Files.deleteIfExists(Path.of(indexPath.toString().replace(".tci", ".tcd")));
    events = new DurableFixture.Events();
    int hits = 0;
    try (DurableStore store = open()) {
      for (int i = 0; i < ROWS; i++) {
        hits += read(store, i, row(i)) == DurableLookup.HIT ? 1 : 0;
      }
    }
    return hits;
  }

  private static byte[] flipped(byte[] bytes, int at, Random random) {
    byte[] copy = bytes.clone();
    copy[at] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  @Test
  void everyByteOfASegmentFlipped() throws IOException {
    Random random = new Random(1);
    int uncounted = 0;
    for (int at = 0; at < segment.length; at++) {
      int hits = hits(flipped(segment, at, random), index);
      assertTrue(at < SegmentFormatV1.HEADER_BYTES || hits >= ROWS - 1, "byte " + at);
      if (events.failures.isEmpty()) {
        assertEquals(ROWS, hits, "byte " + at); // padding, or a provenance that the index has too
        uncounted++;
      }
    }
    assertTrue(uncounted < segment.length / 3, uncounted + " of " + segment.length);
  }

  @Test
  void everySecondByteOfAnUnsealedSegmentFlipped() throws IOException {
    Random random = new Random(2);
    for (int at = SegmentFormatV1.HEADER_BYTES; at < segment.length; at += 2) {
      int hits = hits(flipped(segment, at, random), new byte[0]);
      assertTrue(hits >= ROWS - 1, "byte " + at + ": " + hits);
    }
  }

  @Test
  void everyByteOfAnIndexFlipped() throws IOException {
    Random random = new Random(3);
    for (int at = 0; at < index.length; at++) {
      assertEquals(ROWS, hits(segment, flipped(index, at, random)), "byte " + at);
      assertEquals(1, events.failures.size(), "byte " + at);
      assertEquals(ROWS, hits(segment, Files.readAllBytes(indexPath)), "rebuilt");
      assertEquals(0, events.failures.size(), "byte " + at);
    }
  }

  @Test
  void truncatedAnywhere() throws IOException {
    for (int length = 0; length < segment.length; length += 5) {
      byte[] cut = java.util.Arrays.copyOf(segment, length);
      hits(cut, index);
      hits(cut, new byte[0]);
    }
    int last = -1;
    for (int length = 0; length < index.length; length++) {
      last = hits(segment, java.util.Arrays.copyOf(index, length));
      assertEquals(ROWS, last, "index of " + length);
    }
  }

  @Test
  void damagedRowIsDroppedToldAndStoredAgain() throws IOException {
    byte[] bad = segment.clone();
    bad[bad.length - 70] ^= 1; // in the last row
    assertEquals(ROWS - 1, hits(bad, index));
    assertEquals(1, events.failures.size());
    events.failures.clear();
    try (DurableStore store = open()) {
      assertEquals(DurableLookup.MISS, read(store, ROWS - 1, row(ROWS - 1)));
    }
    assertEquals(0, events.failures.size(), "its removal is remembered");
    try (DurableStore store = open()) {
      store.store(key(ROWS - 1), row(ROWS - 1), NET);
      assertEquals(DurableLookup.HIT, read(store, ROWS - 1, row(ROWS - 1)));
    }
  }

  @Test
  void newerVersionIsLeftAloneAndSaid() throws IOException {
    byte[] newer = segment.clone();
    ByteBuffer header = ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) 2);
    header.putInt(4, SegmentFormatV1.sum(header, 8, SegmentFormatV1.HEADER_BYTES));
    assertEquals(0, hits(newer, index));
    assertEquals(1, events.failures.size());
    assertTrue(
        events.failures.get(0).getMessage().contains("version 2"), events.failures::toString);
    assertTrue(events.failures.get(0).getMessage().contains("newer program"));
    assertEquals(0, hits(newer, new byte[0]));
    assertEquals(-1, java.util.Arrays.mismatch(newer, Files.readAllBytes(segmentPath)));
  }

  @Test
  void fuzzedFiles() throws IOException {
    long seed = Long.getLong("durable.seed", System.nanoTime());
    System.out.println("DamageTest: -Ddurable.seed=" + seed);
    Random random = new Random(seed);
    int rounds = Integer.getInteger("durable.fuzz", 600);
    for (int round = 0; round < rounds; round++) {
      byte[] badIndex = round % 3 == 0 ? new byte[0] : mutated(index, random);
      byte[] badSegment = mutated(segment, random);
      hits(badSegment, round % 3 == 1 ? resummed(badIndex) : badIndex);
    }
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(copy.length) & ~3;
      int[] nasty = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt(), 64};
      if (at + 4 <= copy.length) {
        ByteBuffer.wrap(copy)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(at, nasty[random.nextInt(nasty.length)]);
      }
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(copy, random.nextInt(copy.length))
        : copy;
  }

  /** With a checksum that is right, so that what follows it is tried too. */
  private static byte[] resummed(byte[] bytes) {
    if (bytes.length >= IndexFileV1.HEADER_BYTES) {
      ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      all.putInt(4, SegmentFormatV1.sum(all, 8, bytes.length));
    }
    return bytes;
  }

  @Test
  void hugeFileOfNothingIsIgnored() throws IOException {
    Path hostile = directory.resolve("rows/seg-00000000000000aa-0.tcs");
    try (var channel =
        Files.newByteChannel(hostile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.position(1L << 40).write(ByteBuffer.wrap(new byte[1]));
    }
    Files.write(directory.resolve("rows/seg-00000000000000ab-0.tcs"), new byte[10]);
    Files.write(directory.resolve("rows/seg-zz.tcs"), new byte[10]);
    Files.write(directory.resolve("rows/seg-00000000000000ac-0.tci"), new byte[10]);
    assertEquals(ROWS, hits(segment, index));
    assertEquals(1, events.failures.size(), events.failures::toString);
  }

  @Test
  void truncatedUnderAReaderIsAMiss() throws IOException {
    try (DurableStore store = open()) {
      try (var channel = Files.newByteChannel(segmentPath, StandardOpenOption.WRITE)) {
        channel.truncate(segment.length - 100);
      }
      assertEquals(DurableLookup.CORRUPT, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(DurableLookup.MISS, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(DurableLookup.HIT, read(store, 0, row(0)));
    }
    assertEquals(1, events.failures.size());
  }
}
