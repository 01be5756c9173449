package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.CorruptEntryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The index file of a segment: what was written, or nothing of it. */
class IndexFileTest {
  private static final SegmentName NAME = new SegmentName(7, 3);
  private static final Path DIRECTORY = Path.of("rows");
  private static final Path FILE = DIRECTORY.resolve(NAME.file(SegmentName.INDEX));
  private static final long SEGMENT_BYTES = 1 << 20;
  private static final Provenance OTHER = new Provenance("öther", -1, 5);

  private final MemoryFiles memory = new MemoryFiles();
  private final StoreFiles files = memory.hold(DIRECTORY);

  private static EntryList entries(int count) {
    EntryList entries = new EntryList();
    entries.put(0, NET);
    entries.put(1, OTHER);
    for (int i = 0; i < count; i++) {
      entries.add(key(i), i + 1, 100 + i, i % 2, 1_000_000L + i * 1000L);
    }
    return entries;
  }

  private byte[] written(int count) throws IOException {
    EntryList entries = entries(count);
    IndexFileV1.write(files, NAME, 42, SEGMENT_BYTES, entries);
    byte[] bytes = memory.get(FILE);
    assertEquals(bytes.length, IndexFileV1.byteCount(entries));
    return bytes;
  }

  private String refusal(byte[] bytes) {
    memory.put(FILE, bytes);
    return assertThrows(
            CorruptEntryException.class, () -> IndexFileV1.open(files, NAME, SEGMENT_BYTES).close())
        .getMessage();
  }

  @Test
  void givesBackWhatWasWritten() throws IOException {
    for (int count : new int[] {0, 1, 2047, 2048, 2049, 5000}) { // 2048 are read at a time
      written(count);
      EntryList expected = entries(count);
      EntryList found = new EntryList();
      try (IndexFileV1 index = IndexFileV1.open(files, NAME, SEGMENT_BYTES)) {
        assertEquals(count, index.count());
        assertEquals(42, index.tag());
        assertEquals(expected.newestMillis(), index.newestMillis());
        assertEquals(Map.of(0, NET, 1, OTHER), index.provenances());
        index.forEach(found::add);
      }
      assertEquals(expected.entryBytes(), found.entryBytes());
    }
    assertEquals(1, files.list().size(), "no temporary file stays");
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    byte[] sound = written(3);
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      String why = refusal(Mutations.flipped(sound, bit));
      assertTrue(why.startsWith("the index of " + NAME + " is "), why);
      assertTrue(why.endsWith(": it is rebuilt"), why);
    }
  }

  @Test
  void hasTheLengthThatItsHeadSays() throws IOException {
    byte[] sound = written(3);
    for (int length = 0; length < sound.length; length++) {
      refusal(Arrays.copyOf(sound, length));
    }
    assertTrue(refusal(Arrays.copyOf(sound, sound.length + 1)).contains("of the wrong length"));
  }

  @Test
  void isOfOneSegment() throws IOException {
    written(3);
    String why =
        assertThrows(
                CorruptEntryException.class,
                () -> IndexFileV1.open(files, NAME, SEGMENT_BYTES + 64).close())
            .getMessage();
    assertTrue(why.contains("of a segment of another size"), why);
    assertThrows(
        NoSuchFileException.class,
        () -> IndexFileV1.open(files, new SegmentName(7, 4), SEGMENT_BYTES).close());
  }

  /** With a checksum that is right. */
  private String forged(byte[] sound, int at, int value) {
    byte[] copy = sound.clone();
    ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return refusal(Mutations.resummed(copy));
  }

  @Test
  void whatIsForgedIsNotBelieved() throws IOException {
    byte[] sound = written(3);
    assertTrue(forged(sound, 8, 2).contains("of another version"));
    assertTrue(forged(sound, 12, -1).contains("of the wrong length"));
    assertTrue(forged(sound, 12, 2).contains("of the wrong length"));
    assertTrue(forged(sound, 36, -1).contains("out of range"));
    assertTrue(forged(sound, 36, (64 << 20) + 1).contains("out of range"));
    assertTrue(forged(sound, IndexFileV1.HEADER_BYTES, -1).contains("damaged"));
    assertTrue(forged(sound, IndexFileV1.HEADER_BYTES, 1 << 20).contains("damaged"));
  }

  /** An entry needs a record of its own. */
  @Test
  void hasNoMoreEntriesThanItsSegmentHasRecords() throws IOException {
    EntryList entries = entries(3);
    IndexFileV1.write(files, NAME, 42, 3 * SegmentFormatV1.UNIT, entries);
    IndexFileV1.open(files, NAME, 3 * SegmentFormatV1.UNIT).close();
    IndexFileV1.write(files, NAME, 42, 2 * SegmentFormatV1.UNIT, entries);
    String why =
        assertThrows(
                CorruptEntryException.class,
                () -> IndexFileV1.open(files, NAME, 2 * SegmentFormatV1.UNIT).close())
            .getMessage();
    assertTrue(why.contains("of more entries than its segment"), why);
  }
}
