package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An error cuts the writer off, and whoever called it has no memory left to say so: the files that
 * come afterwards are sound all the same.
 */
class SegmentWriterTest {
  private static final int LARGE = 3 << 20; // more than the writer's buffer

  @TempDir Path directory;

  private final FaultyFiles files = new FaultyFiles();
  private final List<TensorKey> published = new ArrayList<>();
  private StoreParts parts;
  private WriterLock lock;
  private SegmentWriter writer;

  @BeforeEach
  void open() throws IOException {
    open(DurableFixture.large());
  }

  private void open(StoreConfig config) throws IOException {
    Health health = new Health(new DurableFixture.Events());
    parts =
        StoreParts.of(
            StoreDirectory.hold(files, directory),
            directory,
            config,
            new StoreClock(System::currentTimeMillis),
            health);
    lock = WriterLock.create(parts.files());
    long[] tag = {1};
    writer =
        parts.segmentWriter(
            lock, () -> tag[0]++, (segment, key, start, bytes, at) -> published.add(key));
  }

  @AfterEach
  void close() throws IOException {
    lock.close();
    parts.catalog().close();
  }

  @Test
  void writesNoSegmentWithoutHeader() throws IOException {
    files.allocation = SegmentWriterTest::outOfMemory;
    assertThrows(OutOfMemoryError.class, () -> append(1, 100));
    files.allocation = () -> {};
    append(2, 100);
    writer.publish();

    assertEquals(List.of(key(2)), published);
    assertEquals(List.of(key(2)), inFiles());
  }

  @Test
  void writesNothingBehindHalfARecord() throws IOException {
    append(1, 100);
    writer.publish();
    failWrites();
    assertThrows(OutOfMemoryError.class, () -> append(2, LARGE));
    files.fault = (operation, file) -> {};
    append(3, 100);
    writer.publish();
    append(4, LARGE);
    writer.seal();

    assertEquals(List.of(key(1), key(3), key(4)), published);
    assertEquals(List.of(key(1), key(3), key(4)), inFiles());
  }

  @Test
  void publishesNothingThatWasNotWritten() throws IOException {
    append(1, 100);
    failWrites();
    assertThrows(OutOfMemoryError.class, writer::publish);
    files.fault = (operation, file) -> {};
    writer.publish();
    append(2, 100);
    writer.publish();

    assertEquals(List.of(key(2)), published);
    assertEquals(List.of(key(2)), inFiles());
  }

  @Test
  void saysWhatItWrote() throws IOException {
    assertFalse(writer.isDirty());
    assertEquals(0, writer.accountedBytes());
    append(1, 100);
    append(2, 100);
    assertFalse(writer.isDirty(), "not in the file yet");
    assertEquals(List.of(), published);
    writer.publish();
    assertTrue(writer.isDirty());
    assertEquals(List.of(key(1), key(2)), published);
    long size = parts.files().size(segments().get(0));
    assertEquals(size, writer.totalBytes());
    assertEquals(size, writer.unforcedBytes());
    assertEquals(size + writer.indexBytes(), writer.accountedBytes());
    writer.force();
    assertFalse(writer.isDirty());
    writer.publish();
    assertEquals(2, published.size(), "each once");
    writer.seal();
    assertEquals(0, writer.indexBytes());
    assertEquals(inAllFiles(), writer.totalBytes());
    assertEquals(inAllFiles(), writer.accountedBytes());
    long cost = 2L * SegmentWriter.costOf(SampleRows.ofBytes(1, 100), NET);
    assertTrue(cost >= inAllFiles(), "two rows in a segment each would take more");
    assertTrue(cost < 3 * inAllFiles(), "hardly more");
  }

  private List<String> segments() throws IOException {
    return parts.files().list().stream()
        .filter(name -> name.endsWith(SegmentName.SEGMENT))
        .sorted()
        .toList();
  }

  private long inAllFiles() throws IOException {
    long bytes = 0;
    for (String name : parts.files().list()) {
      bytes += name.startsWith("seg-") && !name.endsWith(".lock") ? parts.files().size(name) : 0;
    }
    return bytes;
  }

  @Test
  void aFullSegmentIsFollowedByAnother() throws IOException {
    close();
    open(DurableFixture.config(1 << 16, WhenFull.EVICT, 64));
    long record = SegmentFormatV1.recordBytes(65 + 10_000);
    for (int i = 0; i < 8; i++) {
      append(i, 10_000);
    }
    writer.publish();
    assertEquals(2, segments().size());
    assertEquals(64 + 64 + 6 * record, parts.files().size(segments().get(0)), "of 64 KiB");
    assertEquals(8, inFiles().size());
  }

  @Test
  void nothingIsWrittenWithoutItsLock() throws IOException {
    append(1, 100);
    writer.publish();
    parts.files().delete(SegmentName.lockName(lock.writer()));
    append(2, 100);
    assertThrows(IOException.class, writer::publish);
    assertEquals(List.of(key(1)), published);
    assertTrue(parts.health().isRefusalFinal());
    String why = String.valueOf(parts.health().refusal());
    assertTrue(why.endsWith(".lock was deleted while it was used: nothing more is stored"), why);
    writer.abandon();
    assertEquals(List.of(key(1)), inFiles());
  }

  @Test
  void whatWasPublishedStaysWhereTheRestIsGivenUp() throws IOException {
    append(1, 100);
    append(2, 200);
    writer.publish();
    append(3, LARGE);
    writer.abandon();
    assertEquals(List.of(key(1), key(2)), inFiles());
    assertFalse(writer.isDirty());
    assertEquals(0, writer.indexBytes());
    String index = segments().get(0).replace(SegmentName.SEGMENT, SegmentName.INDEX);
    assertTrue(parts.files().size(index) > 0, "it is sealed");
    writer.abandon();
    writer.publish();
    writer.force();
    writer.seal();
    append(4, 100);
    writer.abandon();
    assertEquals(1, segments().size(), "nothing of it was published");
    assertEquals(List.of(key(1), key(2)), inFiles());
  }

  private void failWrites() {
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.WRITE) {
            outOfMemory();
          }
        };
  }

  private static void outOfMemory() {
    throw new OutOfMemoryError("Java heap space");
  }

  private void append(int number, int bytes) throws IOException {
    Row row = SampleRows.ofBytes(number, bytes);
    EncodedEntry entry = EncodedEntry.of(key(number), row, 0, Compression.NONE);
    writer.append(key(number), entry, NET, 1_000);
  }

  /** What the next program finds, with every byte verified. */
  private List<TensorKey> inFiles() throws IOException {
    List<TensorKey> keys = new ArrayList<>();
    for (String file : parts.files().list().stream().sorted().toList()) {
      SegmentName name = SegmentName.of(file, SegmentName.SEGMENT);
      if (name == null) {
        continue;
      }
      try (OpenFiles.Kept kept = parts.files().keep(file)) {
        RecordScan scan = new RecordScan(kept, SegmentContents.tag(kept, name), true);
        scan.run(
            SegmentFormatV1.HEADER_BYTES,
            false,
            new HashMap<>(),
            (key, start, bytes, from, at) -> keys.add(key));
        assertEquals(0, scan.damages(), file);
      }
    }
    return keys;
  }
}
