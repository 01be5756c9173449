package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.EncodedEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer does now and then. */
class UpkeepTest {
  private static final String LEFT = "seg-0000000000000007-0";

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles files = new FaultyFiles();
  private final AtomicLong clock = new AtomicLong(1_800_000_000_000L);
  private final Health health = new Health(events);
  private StoreParts parts;
  private WriterLock lock;
  private SegmentWriter writer;
  private Upkeep upkeep;

  @BeforeEach
  void open() throws IOException {
    parts =
        StoreParts.of(
            StoreDirectory.hold(files, directory),
            directory,
            DurableFixture.config(1 << 16, WhenFull.EVICT, 64, Duration.ofSeconds(100)),
            new StoreClock(clock::get),
            health);
    lock = WriterLock.create(parts.files());
    writer = DurableFixture.segmentWriter(parts, lock);
    upkeep = new Upkeep(parts, parts.room());
    append(1);
  }

  @AfterEach
  void close() throws IOException {
    lock.close();
    parts.catalog().close();
  }

  private void append(int number) throws IOException {
    EncodedEntry entry =
        EncodedEntry.of(key(number), DurableFixture.row(number), 0, Compression.NONE);
    writer.append(key(number), entry, NET, clock.get());
    writer.publish();
  }

  /** As if by a process that died: the segment that is open now, under another name. */
  private void leave() throws IOException {
    Path open = directory.resolve(new SegmentName(lock.writer(), 0).file(SegmentName.SEGMENT));
    Files.copy(open, directory.resolve(LEFT + SegmentName.SEGMENT));
  }

  @Test
  void looksWhatOthersDidAndTakesOverEachFifthTime() throws IOException {
    leave();
    for (int i = 1; i <= 4; i++) {
      upkeep.tick(writer);
      assertEquals(2, parts.catalog().segments.count());
      assertFalse(Files.exists(directory.resolve(LEFT + SegmentName.INDEX)), "time " + i);
    }
    parts.ledger().change(used -> 1L << 40); // as if reserved by who died
    upkeep.tick(writer);
    assertTrue(Files.exists(directory.resolve(LEFT + SegmentName.INDEX)));
    long inFiles = 0;
    for (String name : parts.files().list()) {
      inFiles += name.startsWith("seg-") ? parts.files().size(name) : 0;
    }
    assertEquals(inFiles + writer.indexBytes(), parts.ledger().lastSeen());
  }

  @Test
  void dropsWhatIsTooOld() throws IOException {
    writer.seal();
    upkeep.tick(writer);
    assertEquals(1, parts.catalog().index.size());
    clock.addAndGet(101_000);
    upkeep.tick(writer);
    assertEquals(0, parts.catalog().index.size());
  }

  @Test
  void knowsWhatOthersReserved() throws IOException {
    new Ledger(parts.files(), directory).change(used -> 12_345);
    upkeep.tick(writer);
    assertEquals(12_345, parts.ledger().lastSeen());
  }

  @Test
  void onlyLooksWhereNothingIsWritten() throws IOException {
    leave();
    writer.seal();
    clock.addAndGet(101_000);
    for (int i = 0; i < 10; i++) {
      upkeep.tick(null);
    }
    assertEquals(2, parts.catalog().segments.count());
    health.refuse("gone", null, true);
    for (int i = 0; i < 10; i++) {
      upkeep.tick(writer);
    }
    assertEquals(2, parts.catalog().segments.count());
    assertFalse(Files.exists(directory.resolve(LEFT + SegmentName.INDEX)));
  }

  @Test
  void whatFailsIsTold() throws IOException {
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.CREATE && file.endsWith(Ledger.FILE)) {
            throw new IOException("injected");
          }
        };
    upkeep.tick(writer);
    files.fault = (operation, file) -> {};
    String why = String.valueOf(health.refusal());
    assertTrue(why.startsWith("the durable store cannot be kept in order: "), why);
    assertFalse(health.isRefusalFinal());
    upkeep.tick(writer);
    assertEquals(why, health.refusal(), "for a while");
  }

  @Test
  void triesAgainAfterAWhile() {
    health.refuse("no memory", new OutOfMemoryError("injected"), false);
    long start = System.nanoTime();
    while (health.refusal() != null) {
      upkeep.tick(writer);
    }
    assertTrue(System.nanoTime() - start >= 1_000_000_000L, "a second");
    assertNull(health.refusal());
  }
}
