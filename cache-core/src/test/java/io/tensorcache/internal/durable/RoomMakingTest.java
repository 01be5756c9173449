package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.internal.codec.SampleRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How room is made, step by step: which segment goes, what is carried on, what is reserved. */
class RoomMakingTest {
  private static final long LIMIT = 1 << 20;
  private static final int BYTES = 10_000;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final List<Room.Carried> carried = new ArrayList<>();
  private @Nullable Duration timeToLive;
  private StoreParts parts;
  private WriterLock lock;
  private SegmentWriter writer;
  private Room room;

  /** Three sealed segments of a row each. */
  private void open(WhenFull whenFull, int bytes) throws IOException {
    parts =
        StoreParts.of(
            StoreDirectory.hold(DiskFiles::hold, directory),
            directory,
            DurableFixture.config(LIMIT >> 10, whenFull, 64, timeToLive),
            new StoreClock(() -> 1_800_000_000_000L),
            new Health(events));
    lock = WriterLock.create(parts.files());
    writer = DurableFixture.segmentWriter(parts, lock);
    for (int i = 0; i < 3; i++) {
      append(i, bytes);
      writer.seal();
      Files.setLastModifiedTime(segment(i), FileTime.fromMillis(5_000));
    }
    room = parts.room();
    use(LIMIT);
  }

  private void append(int number, int bytes) throws IOException {
    EncodedEntry entry =
        EncodedEntry.of(key(number), SampleRows.ofBytes(number, bytes), 0, Compression.NONE);
    writer.append(key(number), entry, NET, 1_000_000);
    writer.publish();
  }

  private void use(long bytes) throws IOException {
    parts.ledger().change(used -> bytes);
  }

  private Path segment(int number) {
    return directory.resolve(new SegmentName(lock.writer(), number).file(SegmentName.SEGMENT));
  }

  /** Bytes of a segment and its index. */
  private long size(int number) throws IOException {
    String segment = segment(number).getFileName().toString();
    return parts.files().size(segment)
        + parts.files().size(segment.replace(SegmentName.SEGMENT, SegmentName.INDEX));
  }

  private List<Boolean> there() {
    return List.of(Files.exists(segment(0)), Files.exists(segment(1)), Files.exists(segment(2)));
  }

  @AfterEach
  void close() throws IOException {
    lock.close();
    parts.catalog().close();
    parts.health().deliver();
    assertEquals(List.of(), events.failures);
  }

  @Test
  void nothingGoesWhereTheFirstAreKept() throws IOException {
    open(WhenFull.KEEP_FIRST, BYTES);
    use(LIMIT - 100);
    assertTrue(room.make(100, true, writer, carried));
    assertEquals(LIMIT, parts.ledger().lastSeen());
    assertFalse(room.make(1, true, writer, carried));
    assertEquals(LIMIT, parts.ledger().lastSeen());
    assertEquals(List.of(true, true, true), there());
  }

  /** Rows of 1970: what was too old to be served is as good as new when it is computed again. */
  @ParameterizedTest
  @CsvSource({"100, QUEUED", ", REFUSED"})
  void whatGrewOldMayComeBack(@Nullable Integer seconds, Storing expected) throws IOException {
    timeToLive = seconds == null ? null : Duration.ofSeconds(seconds);
    open(WhenFull.EVICT, BYTES);
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(List.of(false, true, true), there());
    use(LIMIT);
    Pending row = new Pending(key(0), SampleRows.ofBytes(0, BYTES), NET, 1_800_000_000_000L);
    assertEquals(expected, parts.newRows().offer(row, new WriteQueue(LIMIT), true));
  }

  @Test
  void nothingGoesWhereThereIsRoom() throws IOException {
    open(WhenFull.EVICT, BYTES);
    use(LIMIT - 100);
    assertTrue(room.make(100, true, writer, carried));
    assertEquals(List.of(true, true, true), there());
  }

  @Test
  void theSegmentThatWasWrittenLongestAgoGoes() throws IOException {
    open(WhenFull.EVICT, BYTES);
    Files.setLastModifiedTime(segment(1), FileTime.fromMillis(4_000));
    long freed = size(1);
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(List.of(true, false, true), there());
    assertEquals(LIMIT - freed + 1, parts.ledger().lastSeen());
    assertEquals(1, room.evicted());
    parts.health().deliver();
    assertEquals(1, events.evicted.get());
    assertEquals(0, parts.catalog().index.find(key(1), 0));
    assertEquals(2, parts.catalog().index.size());
    assertEquals(List.of(), carried);
  }

  @Test
  void ofThoseOfOneTimeTheFirstGoes() throws IOException {
    open(WhenFull.EVICT, BYTES);
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(List.of(false, true, true), there());
    use(LIMIT);
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(List.of(false, false, true), there());
  }

  @Test
  void rowsThatWereReadAreCarried() throws IOException {
    open(WhenFull.EVICT, BYTES);
    parts.catalog().index.use(key(0), 0);
    long freed = size(0) + size(1); // to write it again may take more than its segment took
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(1, carried.size());
    Room.Carried row = carried.get(0);
    assertEquals(key(0), row.key());
    assertEquals(NET, row.provenance());
    assertEquals(1_000_000, row.createdMillis());
    assertEquals(1, room.evicted(), "the row of the next one, which was not read");
    assertEquals(List.of(false, false, true), there());
    assertEquals(LIMIT - freed + 1 + row.cost(), parts.ledger().lastSeen());
  }

  /** Up to a quarter of a segment. */
  @Test
  void aLargeRowIsNotCarried() throws IOException {
    open(WhenFull.EVICT, 17_000);
    parts.catalog().index.use(key(0), 0);
    assertTrue(room.make(1, true, writer, carried));
    assertEquals(List.of(), carried);
    assertEquals(1, room.evicted());
  }

  @Test
  void theOpenSegmentGoesLast() throws IOException {
    open(WhenFull.EVICT, BYTES);
    append(3, BYTES);
    Files.setLastModifiedTime(segment(3), FileTime.fromMillis(1_000));
    parts.ledger().recount(0);
    assertTrue(room.make(LIMIT, true, writer, carried));
    assertEquals(List.of(false, false, false), there());
    assertFalse(Files.exists(segment(3)));
    assertEquals(LIMIT, parts.ledger().lastSeen());
    assertEquals(4, room.evicted());
  }

  @Test
  void whatIsCarriedIsGivenUpBeforeWhatIsNew() throws IOException {
    open(WhenFull.EVICT, BYTES);
    parts.catalog().index.use(key(0), 0);
    parts.ledger().recount(0);
    assertTrue(room.make(LIMIT, true, writer, carried));
    assertEquals(List.of(), carried);
    assertEquals(LIMIT, parts.ledger().lastSeen());
  }

  @Test
  void thereMayBeNoRoomAtAll() throws IOException {
    open(WhenFull.EVICT, BYTES);
    parts.ledger().recount(0);
    assertFalse(room.make(LIMIT + 1, true, writer, carried));
    assertEquals(0, parts.ledger().lastSeen());
  }

  /** Whoever writes it may still be there. */
  @Test
  void aSegmentOfAnotherThatIsNotSealedStays() throws IOException {
    open(WhenFull.EVICT, BYTES);
    Path open = directory.resolve("seg-0000000000000001-0.tcs");
    Files.write(open, new byte[100]);
    Files.setLastModifiedTime(open, FileTime.fromMillis(1_000));
    assertTrue(room.make(1, true, writer, carried));
    assertTrue(Files.exists(open));
    assertEquals(List.of(false, true, true), there());
  }
}
