package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Things in the directory that no store puts there: never followed, never waited for. */
@Tag("slow")
class HostileFilesTest {
  private static final long[] INDEX_LENGTHS = {0, 1L << 40, 1L << 32, 64 + 32 * 1000};
  private static final int ROWS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final SegmentName STRANGE = new SegmentName(0xaa, 0);

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private Path rows = Path.of("");
  private Path victim = Path.of("");
  private byte[] precious = {};

  /** Each file of a store. */
  enum Place {
    NEW_SEGMENT,
    SEGMENT,
    OPEN_SEGMENT,
    INDEX,
    REMOVED,
    LEDGER,
    LOCK
  }

  @BeforeEach
  void fill() throws IOException {
    try (DurableStore store = open()) {
      for (int i = 0; i < ROWS; i++) {
        assertTrue(store(store, i));
      }
      assertTrue(store.flush());
    }
    rows = directory.resolve("rows");
    victim = directory.resolve("victim");
    precious = new byte[50_000];
    Arrays.fill(precious, (byte) 7);
    Files.write(victim, precious);
  }

  private DurableStore open() {
    return DurableFixture.open(directory, events);
  }

  private Path only(String suffix) throws IOException {
    return DurableFixture.files(directory, suffix).get(0);
  }

  /** Where the thing goes; what was there is gone. */
  private Path cleared(Place place) throws IOException {
    Path segment = only(SegmentName.SEGMENT);
    String plain = segment.getFileName().toString().replace(SegmentName.SEGMENT, "");
    Path path =
        switch (place) {
          case NEW_SEGMENT -> rows.resolve(STRANGE.file(SegmentName.SEGMENT));
          case SEGMENT, OPEN_SEGMENT -> segment;
          case INDEX -> rows.resolve(plain + SegmentName.INDEX);
          case REMOVED -> rows.resolve(plain + SegmentName.DEAD);
          case LEDGER -> rows.resolve(Ledger.FILE);
          case LOCK -> rows.resolve(plain.substring(0, 20) + SegmentName.LOCK);
        };
    Files.deleteIfExists(path);
    if (place == Place.LOCK || place == Place.OPEN_SEGMENT) {
      Files.deleteIfExists(rows.resolve(plain + SegmentName.INDEX));
    }
    return path;
  }

  /** Looks, and then uses: right rows or none, and nothing outside is touched. */
  private void assertHarmless() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          DurableStore.openForReading(directory, "rows", events).close();
          try (DurableStore store = open()) {
            found(store, 0, ROWS);
            for (int i = 0; i < 2 * ROWS; i++) {
              store(store, i);
            }
            store.remove(DurableFixture.key(1));
            store.flush();
            found(store, 0, 2 * ROWS);
          }
          return true;
        });
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void linkIsNotFollowed(Place place) throws IOException {
    byte[] segment = Files.readAllBytes(only(SegmentName.SEGMENT));
    Path link = cleared(place);
    boolean isSegment = place == Place.SEGMENT || place == Place.OPEN_SEGMENT;
    if (isSegment) { // an outside file that looks like ours, with a tail that would be cut
      precious = Arrays.copyOf(segment, segment.length + 5000);
      Files.write(victim, precious);
    }
    Files.createSymbolicLink(link, victim);
    assertHarmless();
    assertArrayEquals(precious, Files.readAllBytes(victim));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void linkToNothingCreatesNothing(Place place) throws IOException {
    Path outside = directory.resolve("created");
    Files.createSymbolicLink(cleared(place), outside);
    assertHarmless();
    assertFalse(Files.exists(outside));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void otherNameOfAFileOutsideIsNotWrittenTo(Place place) throws IOException {
    byte[] segment = Files.readAllBytes(only(SegmentName.SEGMENT));
    Path link = cleared(place);
    if (place == Place.SEGMENT || place == Place.OPEN_SEGMENT) {
      precious = Arrays.copyOf(segment, segment.length + 5000);
      Files.write(victim, precious);
    }
    Files.createLink(link, victim);
    assertHarmless();
    assertArrayEquals(precious, Files.readAllBytes(victim));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void pipeIsNotWaitedFor(Place place) throws Exception {
    Path mkfifo = Path.of("/usr/bin/mkfifo");
    assumeTrue(Files.isExecutable(mkfifo), "needs mkfifo");
    Path pipe = cleared(place);
    assertEquals(0, new ProcessBuilder(mkfifo.toString(), pipe.toString()).start().waitFor());
    assertHarmless();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void directoryOfSuchANameIsIgnored(Place place) throws IOException {
    Files.createDirectory(cleared(place));
    assertHarmless();
  }

  @Test
  void whatCannotBeUsedIsToldOnce() throws IOException {
    Files.createSymbolicLink(rows.resolve(STRANGE.file(SegmentName.SEGMENT)), victim);
    try (DurableStore store = open()) {
      for (int i = 0; i < 5; i++) {
        assertTrue(store.flush()); // looks
      }
      assertEquals(ROWS, found(store, 0, ROWS));
    }
    events.expectFailures(1);
    assertTrue(events.failures.get(0).getMessage().contains("is a link"));
  }

  @Test
  void storeWithoutALedgerOfItsOwnIsOnlyRead() throws IOException {
    Files.createSymbolicLink(cleared(Place.LEDGER), victim);
    try (DurableStore store = open()) {
      assertFalse(store(store, 100));
      assertEquals(ROWS, found(store, 0, ROWS));
    }
    assertTrue(events.failures.get(0).getMessage().contains("it is only read"));
  }

  /** A sound header, so that more of it is believed. */
  private void strange(long segmentBytes, long indexBytes) throws IOException {
    Path path = rows.resolve(STRANGE.file(SegmentName.SEGMENT));
    Files.write(path, SegmentFormatV1.header(new SegmentFormatV1.Header(5, STRANGE, 0)).array());
    sparse(path, segmentBytes);
    if (indexBytes > 0) {
      Path index = rows.resolve(STRANGE.file(SegmentName.INDEX));
      ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
      head.putInt(0, 0x31494354).putShort(8, (short) 1).putLong(16, 5).putLong(24, segmentBytes);
      head.putInt(12, (int) Math.min(Integer.MAX_VALUE, (indexBytes - 64) / 32));
      Files.write(index, head.array());
      sparse(index, indexBytes);
    }
  }

  private static void sparse(Path path, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  @Test
  void noLengthIsBelieved() throws IOException {
    believesNone(INDEX_LENGTHS, 1L << 40, 1L << 27, 64, 4096);
    believesNone(new long[] {0, 64 + 32 * 1000}, 1L << 32); // all of it is read
  }

  @Tag("nightly")
  @Test
  void norIsOneThatTakesLong() throws IOException {
    believesNone(INDEX_LENGTHS, 1L << 32, 1L << 30);
  }

  private void believesNone(long[] indexLengths, long... segmentLengths) throws IOException {
    for (long segmentBytes : segmentLengths) {
      for (long indexBytes : indexLengths) {
        strange(segmentBytes, indexBytes);
        DurableFixture.Events told = new DurableFixture.Events();
        assertTimeoutPreemptively(
            PATIENCE,
            () -> {
              try (DurableStore store = DurableStore.openForReading(directory, "rows", told)) {
                assertTrue(store.use().indexBytes() < 1 << 20, "" + store.use());
                assertEquals(ROWS, found(store, 0, ROWS));
              }
              return true;
            });
        Files.deleteIfExists(rows.resolve(STRANGE.file(SegmentName.INDEX)));
      }
    }
  }

  @Test
  void fileOfAnImpossibleLengthTakesNoRoom() throws IOException {
    strange(1L << 40, 0);
    try (DurableStore store = open()) {
      assertTrue(store(store, 100));
      assertTrue(store.flush());
      assertEquals(ROWS, found(store, 0, ROWS));
    }
    events.expectFailures(1);
  }

  /** Few system calls each, and none when they are looked at again. */
  @Test
  void fourThousandEmptyFilesAreLookedAtOnce() throws IOException {
    emptyFilesAreLookedAtOnce(4_000);
  }

  @Tag("nightly")
  @Test
  void twentyThousandEmptyFilesAreLookedAtOnce() throws IOException {
    emptyFilesAreLookedAtOnce(20_000);
  }

  private void emptyFilesAreLookedAtOnce(int files) throws IOException {
    for (int i = 0; i < files; i++) {
      Files.createFile(rows.resolve(new SegmentName(1000 + i, i).file(SegmentName.SEGMENT)));
    }
    FaultyFiles counting = new FaultyFiles();
    long[] sizes = new long[1];
    long[] opened = new long[1];
    counting.fault =
        (operation, file) -> {
          sizes[0] += operation == FaultyFiles.Operation.SIZE ? 1 : 0;
          opened[0] += operation == FaultyFiles.Operation.OPEN ? 1 : 0;
        };
    Path real = rows.toRealPath();
    Health health = new Health(events);
    StoreParts parts =
        StoreParts.of(
            new ReadOnlyFiles(counting.hold(real)),
            real,
            StoreLimits.toRead(),
            new StoreClock(System::currentTimeMillis),
            health);
    assertTrue(parts.catalog().poll());
    assertTrue(sizes[0] < files + 100, "sizes " + sizes[0]);
    assertTrue(opened[0] < 100, "opened " + opened[0]);
    sizes[0] = 0;
    assertTrue(parts.catalog().poll());
    assertTrue(sizes[0] < 100, "sizes at the second look " + sizes[0]);
    parts.catalog().close();
    long before = System.nanoTime();
    try (DurableStore store = open()) {
      System.out.printf(
          Locale.ROOT,
          "HostileFilesTest: %d empty files, opened in %d ms%n",
          files,
          (System.nanoTime() - before) / 1_000_000);
      assertEquals(ROWS, found(store, 0, ROWS));
    }
    assertEquals(1, DurableFixture.files(directory, SegmentName.SEGMENT).size());
    assertEquals(List.of(), events.failures);
  }
}
