package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    StoreConfig config = DurableFixture.large();
    return DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
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
        hits += read(store, i, row(i)) == Lookup.DURABLE_HIT ? 1 : 0;
      }
    }
    return hits;
  }

  @Test
  void damagedRowIsDroppedToldAndStoredAgain() throws IOException {
    byte[] bad = segment.clone();
    bad[bad.length - 70] ^= 1; // in the last row
    assertEquals(ROWS - 1, hits(bad, index));
    events.expectFailures(1);
    events.failures.clear();
    try (DurableStore store = open()) {
      assertEquals(Lookup.MISS, read(store, ROWS - 1, row(ROWS - 1)));
    }
    assertEquals(0, events.failures.size(), "its removal is remembered");
    try (DurableStore store = open()) {
      store.store(key(ROWS - 1), row(ROWS - 1), NET);
      assertEquals(Lookup.DURABLE_HIT, read(store, ROWS - 1, row(ROWS - 1)));
    }
  }

  @Test
  void newerVersionIsLeftAloneAndSaid() throws IOException {
    byte[] newer = segment.clone();
    ByteBuffer header = ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) 2);
    header.putInt(4, SegmentFormatV1.sum(header, 8, SegmentFormatV1.HEADER_BYTES));
    assertEquals(0, hits(newer, index));
    events.expectFailures(1);
    assertTrue(
        events.failures.get(0).getMessage().contains("version 2"), events.failures::toString);
    assertTrue(events.failures.get(0).getMessage().contains("newer program"));
    assertEquals(0, hits(newer, new byte[0]));
    assertEquals(-1, java.util.Arrays.mismatch(newer, Files.readAllBytes(segmentPath)));
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
    events.expectFailures(1);
  }

  @Test
  void truncatedUnderAReaderIsAMiss() throws IOException {
    try (DurableStore store = open()) {
      try (var channel = Files.newByteChannel(segmentPath, StandardOpenOption.WRITE)) {
        channel.truncate(segment.length - 100);
      }
      assertEquals(Lookup.CORRUPT, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(Lookup.MISS, read(store, ROWS - 1, row(ROWS - 1)));
      assertEquals(Lookup.DURABLE_HIT, read(store, 0, row(0)));
    }
    events.expectFailures(1);
  }
}
