package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.files;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.row;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the files of a store, entry by entry. */
class StoreBrowserTest {
  private static final int ROWS = 9;
  private static final Provenance HEAD = new Provenance("head", 1, 2);

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles faulty = new FaultyFiles();
  private DurableStore store;
  private StoreBrowser browser;

  /** Two thirds of the rows are of one function. */
  @BeforeEach
  void fill() {
    store =
        DurableStore.open(
            directory, "rows", DurableFixture.large(), events, faulty, () -> 1_800_000_000_000L);
    for (int i = 0; i < ROWS; i++) {
      assertTrue(store.store(key(i), row(i), i % 3 == 0 ? HEAD : NET));
    }
    browser = store.browser();
    browser.settle();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<StoredEntry> entries() {
    List<StoredEntry> entries = new ArrayList<>();
    browser.forEach(entries::add);
    return entries;
  }

  private StoredEntry entry(int number) {
    return entries().stream().filter(each -> each.key().equals(key(number))).findFirst().get();
  }

  private static long recordBytes(int number) {
    return SegmentFormatV1.recordBytes(65 + (int) row(number).payloadBytes());
  }

  @Test
  void eachEntryIsVisitedWithWhatIsKnownOfIt() throws IOException {
    Set<TensorKey> keys = new HashSet<>();
    String segment = files(directory, SegmentName.SEGMENT).get(0).getFileName().toString();
    long end = 0;
    for (StoredEntry each : entries()) {
      assertTrue(keys.add(each.key()));
      assertEquals(Instant.ofEpochMilli(1_800_000_000_000L), each.created());
      assertEquals(segment, each.segment() + SegmentName.SEGMENT);
      assertTrue(each.offset() > end, "in their order");
      end = each.offset();
    }
    assertEquals(ROWS, keys.size());
    assertEquals(HEAD, entry(0).provenance());
    assertEquals(NET, entry(1).provenance());
    assertEquals(recordBytes(1), entry(1).byteCount());
    assertTrue(entry(1).isIn(RowSelection.ofFunction("net")));
    assertFalse(entry(1).isIn(RowSelection.ofFunction("head")));
  }

  @Test
  void headsAndRowsAreReadWhereTheyLie() throws IOException {
    long place = entry(1).place();
    assertEquals(key(1), browser.header(key(1), place).key());
    assertEquals(row(1).schema(), browser.header(key(1), place).schema());
    assertArrayEquals(row(1).payload(0), browser.row(key(1), place).payload(0));
    String why =
        assertThrows(CorruptEntryException.class, () -> browser.header(key(2), place)).getMessage();
    assertEquals("the entry of " + key(1) + " where " + key(2) + " belongs", why);
    assertThrows(CorruptEntryException.class, () -> browser.row(key(2), place));
    assertTrue(browser.isRead(key(1), place));
    assertFalse(browser.isRead(key(1), entry(2).place()));
    long unknown = Place.of(7, 1, 64);
    assertThrows(ClosedChannelException.class, () -> browser.header(key(1), unknown));
    assertThrows(ClosedChannelException.class, () -> browser.row(key(1), unknown));
    assertEquals(List.of(), events.failures, "thrown, not told");
  }

  /** Rows that are not read at once, one with a head that is longer than what is read first. */
  @Test
  void longRowsAndLongHeadsAreReadInFull() throws IOException {
    Row large = SampleRows.ofBytes(50, 300_000);
    List<RowSchema.Part> parts = new ArrayList<>();
    byte[][] payloads = new byte[60][];
    for (int i = 0; i < payloads.length; i++) {
      TensorSpec spec = TensorSpec.of(DType.UINT8, 1000);
      parts.add(new RowSchema.Part("an output of the number " + i, spec, DType.UINT8));
      payloads[i] = new byte[1000];
      payloads[i][i] = (byte) i;
    }
    Row wide = Row.of(new RowSchema(parts), 0, payloads);
    assertTrue(store.store(key(50), large, NET));
    assertTrue(store.store(key(51), wide, NET));
    assertTrue(store.flush());
    assertArrayEquals(large.payload(0), browser.row(key(50), entry(50).place()).payload(0));
    assertEquals(large.schema(), browser.header(key(50), entry(50).place()).schema());
    assertEquals(wide.schema(), browser.header(key(51), entry(51).place()).schema());
    assertEquals(wide.schema(), store.schema(key(51)));
    assertArrayEquals(payloads[59], browser.row(key(51), entry(51).place()).payload(59));
  }

  @Test
  void countsWhatWouldBeRemoved() {
    long bytes = recordBytes(0) + recordBytes(3) + recordBytes(6);
    RemovedRows would = new RemovedRows(3, ByteSize.ofBytes(bytes));
    assertEquals(would, browser.count(RowSelection.ofFunction("head")));
    assertEquals(ROWS, browser.count(RowSelection.all()).rows());
    assertEquals(Pruner.NONE, browser.count(RowSelection.ofFunction("none")));
    assertEquals(would, store.prune(RowSelection.ofFunction("head")));
    assertEquals(Pruner.NONE, browser.count(RowSelection.ofFunction("head")));
    assertEquals(ROWS - 3, entries().size());
  }

  @Test
  void waitsForWhatWasStoredBefore() {
    for (int i = 100; i < 150; i++) {
      store(store, i);
    }
    browser.settle();
    assertEquals(ROWS + 50, entries().size());
  }

  @Test
  void everySoundRowIsVerified() {
    AtomicLong progress = new AtomicLong();
    Verification all =
        new RowVerifier(browser, each -> true, progress::set).run(() -> List.of("a problem"));
    long bytes = entries().stream().mapToLong(StoredEntry::byteCount).sum();
    assertEquals(
        new Verification(ROWS, 0, 0, ByteSize.ofBytes(bytes), List.of(), List.of("a problem")),
        all);
    assertEquals(ROWS, progress.get());
    Verification some =
        new RowVerifier(browser, each -> each.provenance().equals(HEAD), progress::set)
            .run(List::of);
    assertEquals(3, some.sound());
    assertEquals(3, progress.get());
  }

  @Test
  void badRowsAreCountedAndListed() throws IOException {
    StoredEntry damaged = entry(1);
    Path segment = files(directory, SegmentName.SEGMENT).get(0);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[(int) damaged.offset() + SegmentFormatV1.RECORD_HEADER_BYTES + 70] ^= 1;
    Files.write(segment, bytes);
    Verification found = new RowVerifier(browser, each -> true, rows -> {}).run(List::of);
    assertEquals(ROWS - 1, found.sound());
    assertEquals(1, found.corrupt());
    assertEquals(0, found.unreadable());
    Verification.BadRow bad = found.badRows().get(0);
    assertEquals(key(1), bad.key());
    assertEquals("net", bad.function());
    assertEquals(damaged.segment(), bad.segment());
    assertEquals(damaged.offset(), bad.offset());
    assertTrue(bad.why().contains("checksum"), bad.why());
    assertEquals(ROWS, entries().size(), "nothing is removed");
  }

  /** The disk stops to answer once the entries are listed. */
  @Test
  void whatCannotBeReadIsNotCorrupt() {
    store.prune(RowSelection.ofFunction("none")); // seals the segment
    Verification found =
        new RowVerifier(
                browser,
                each -> {
                  faulty.fault = StoreBrowserTest::noAnswer;
                  return true;
                },
                rows -> {})
            .run(List::of);
    faulty.fault = (operation, file) -> {};
    assertEquals(0, found.sound());
    assertEquals(0, found.corrupt());
    assertEquals(ROWS, found.unreadable());
    assertEquals(ROWS, found.badRows().size());
    assertEquals("the disk does not answer", found.badRows().get(0).why());
  }

  private static void noAnswer(FaultyFiles.Operation operation, Path file) throws IOException {
    if (operation == FaultyFiles.Operation.READ) {
      throw new IOException("the disk does not answer");
    }
  }

  @Test
  void nothingIsSaidOfAClosedStore() {
    long place = entry(1).place();
    store.close();
    assertThrows(IllegalStateException.class, browser::settle);
    assertThrows(IllegalStateException.class, () -> browser.forEach(each -> {}));
    assertThrows(IllegalStateException.class, () -> browser.count(RowSelection.all()));
    assertThrows(IllegalStateException.class, () -> browser.header(key(1), place));
    assertThrows(IllegalStateException.class, () -> browser.row(key(1), place));
    assertThrows(IllegalStateException.class, () -> browser.isRead(key(1), place));
  }
}
