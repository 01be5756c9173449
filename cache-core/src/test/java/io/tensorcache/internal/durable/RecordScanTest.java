package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.internal.codec.EntryFormatV1;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The walk through the records of a segment, sound and damaged. */
class RecordScanTest {
  private static final long TAG = 99;
  private static final Path DIRECTORY = Path.of("rows");
  private static final int HEAD = SegmentFormatV1.RECORD_HEADER_BYTES;

  private final MemoryFiles memory = new MemoryFiles();
  private final StoreFiles files = memory.hold(DIRECTORY);
  private final ByteBuffer segment =
      ByteBuffer.allocate(4 << 20).order(ByteOrder.LITTLE_ENDIAN).position(64);

  /** Where each record that was appended starts. */
  private final List<Integer> starts = new ArrayList<>();

  private void append(int kind, ByteBuffer body, int provenance) {
    int start = segment.position();
    starts.add(start);
    SegmentFormatV1.putRecordHeader(
        segment, TAG, new SegmentFormatV1.RecordHeader(kind, body.remaining(), provenance, 5_000));
    segment.put(body);
    segment.position(
        (int) (start + SegmentFormatV1.recordBytes(segment.position() - start - HEAD)));
  }

  private void entry(int number, int bytes) {
    append(
        SegmentFormatV1.ENTRY,
        EntryFormatV1.encode(key(number), SampleRows.ofBytes(number, bytes), Compression.NONE),
        1);
  }

  /** A provenance and five entries, one of them longer than any window. */
  private void fill() {
    append(SegmentFormatV1.PROVENANCE, SegmentFormatV1.provenance(1, NET), 1);
    entry(1, 100);
    entry(2, 2_500_000);
    entry(3, 1);
    entry(4, 10_000);
    entry(5, 100);
  }

  private void damage(int record, int within) {
    int at = starts.get(record) + within;
    segment.put(at, (byte) (segment.get(at) ^ 8));
  }

  /** What a walk found. */
  private record Found(List<Integer> numbers, int damages, long end, Map<Integer, Provenance> of) {}

  private Found scan(boolean verified, boolean live, long from) throws IOException {
    byte[] bytes = new byte[segment.position()];
    segment.get(0, bytes);
    memory.put(DIRECTORY.resolve("a"), bytes);
    List<Integer> numbers = new ArrayList<>();
    Map<Integer, Provenance> provenances = new HashMap<>();
    try (StoreFile file = files.open("a", StoreFiles.Mode.READ)) {
      RecordScan scan = new RecordScan(file, TAG, verified);
      scan.run(
          from,
          live,
          provenances,
          (key, start, bodyBytes, provenance, at) -> {
            int number = 1;
            while (!key(number).equals(key)) {
              number++;
            }
            assertEquals(starts.get(number), start * SegmentFormatV1.UNIT);
            assertEquals(1, provenance);
            assertEquals(5_000, at);
            numbers.add(number);
          });
      return new Found(numbers, scan.damages(), scan.end(), provenances);
    }
  }

  private Found scan(boolean verified) throws IOException {
    return scan(verified, false, SegmentFormatV1.HEADER_BYTES);
  }

  @Test
  void visitsEveryRecordInOrder() throws IOException {
    fill();
    for (boolean verified : new boolean[] {false, true}) {
      Found found = scan(verified);
      assertEquals(List.of(1, 2, 3, 4, 5), found.numbers());
      assertEquals(0, found.damages());
      assertEquals(segment.position(), found.end());
      assertEquals(Map.of(1, NET), found.of());
      assertEquals(List.of(4, 5), scan(verified, true, starts.get(4)).numbers(), "from there on");
    }
  }

  @Test
  void headsThatAreDamagedAreSteppedOver() throws IOException {
    fill();
    damage(2, 5);
    for (boolean verified : new boolean[] {false, true}) {
      Found found = scan(verified);
      assertEquals(List.of(1, 3, 4, 5), found.numbers());
      assertEquals(1, found.damages());
      assertEquals(segment.position(), found.end());
    }
    damage(3, 5);
    assertEquals(1, scan(false).damages(), "one stretch");
    damage(5, 5);
    Found found = scan(true);
    assertEquals(List.of(1, 4), found.numbers());
    assertEquals(1, found.damages(), "the end is torn and not counted");
    assertEquals(starts.get(5).longValue(), found.end());
  }

  @Test
  void bodiesAreCheckedWhereThatIsWanted() throws IOException {
    fill();
    damage(2, HEAD + 2_000_000);
    assertEquals(List.of(1, 2, 3, 4, 5), scan(false).numbers());
    Found found = scan(true);
    assertEquals(List.of(1, 3, 4, 5), found.numbers());
    assertEquals(1, found.damages());
    damage(4, HEAD + 9_000);
    found = scan(true);
    assertEquals(List.of(1, 3, 5), found.numbers());
    assertEquals(2, found.damages());
  }

  @Test
  void nothingIsSteppedOverWhereAnotherOneWrites() throws IOException {
    fill();
    damage(3, 5);
    Found found = scan(false, true, SegmentFormatV1.HEADER_BYTES);
    assertEquals(List.of(1, 2), found.numbers());
    assertEquals(starts.get(3).longValue(), found.end());
    assertEquals(0, found.damages());
  }

  @Test
  void aRecordThatIsNotThereInFullIsNone() throws IOException {
    fill();
    segment.position(segment.position() - 1);
    for (boolean live : new boolean[] {false, true}) {
      Found found = scan(false, live, SegmentFormatV1.HEADER_BYTES);
      assertEquals(List.of(1, 2, 3, 4), found.numbers());
      assertEquals(starts.get(5).longValue(), found.end());
      assertEquals(0, found.damages());
    }
  }

  @Test
  void anEntryThatIsNoneIsLeftOut() throws IOException {
    append(SegmentFormatV1.ENTRY, ByteBuffer.allocate(39), 1); // shorter than any
    append(7, ByteBuffer.allocate(10), 1); // of a later version
    append(SegmentFormatV1.PROVENANCE, ByteBuffer.allocate(30), 1); // its checksum is not right
    entry(4, 10);
    byte[] bytes = new byte[segment.position()];
    segment.get(0, bytes);
    memory.put(DIRECTORY.resolve("a"), bytes);
    try (StoreFile file = files.open("a", StoreFiles.Mode.READ)) {
      RecordScan scan = new RecordScan(file, TAG, false);
      List<Integer> found = new ArrayList<>();
      Map<Integer, Provenance> provenances = new HashMap<>();
      scan.run(64, false, provenances, (key, start, size, from, at) -> found.add(start));
      assertEquals(List.of(segment.position() / 64 - 2), found);
      assertEquals(2, scan.damages(), "before the record of a later version, and behind it");
      assertTrue(provenances.isEmpty());
    }
  }

  @Test
  void anotherSegmentsRecordsAreNotTakenForOurs() throws IOException {
    fill();
    byte[] bytes = new byte[segment.position()];
    segment.get(0, bytes);
    memory.put(DIRECTORY.resolve("b"), bytes);
    try (StoreFile file = files.open("b", StoreFiles.Mode.READ)) {
      RecordScan scan = new RecordScan(file, TAG + 1, false);
      scan.run(64, false, new HashMap<>(), (key, start, size, from, at) -> assertEquals(0, size));
      assertEquals(64, scan.end());
      assertEquals(0, scan.damages());
    }
  }
}
