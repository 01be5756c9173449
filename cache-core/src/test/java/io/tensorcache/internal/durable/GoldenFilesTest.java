package io.tensorcache.internal.durable;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.EncodedEntry;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that FORMAT.md draws are written and read for ever. */
class GoldenFilesTest {
  private static final SegmentName NAME = new SegmentName(0x0123456789abcdefL, 5);
  private static final TensorKey PLAIN = new TensorKey(0x1111111111111111L, 0x2222222222222222L);
  private static final TensorKey NAMED = new TensorKey(0x3333333333333333L, 0x4444444444444444L);
  private static final TensorKey REMOVED = new TensorKey(0x5555555555555555L, 0x6666666666666666L);
  private static final Provenance NET = new Provenance("net", 0x7777777777777777L, 0x88L);
  private static final Provenance SIZE = new Provenance("größe", 1, 2);
  private static final long TIME = 1_800_000_000_123L;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  private static byte[] golden(String name) throws IOException {
    Properties properties = new Properties();
    try (InputStream in =
        GoldenFilesTest.class.getResourceAsStream("/durable/store-v1.properties")) {
      assertNotNull(in);
      properties.load(in);
    }
    return HexFormat.of().parseHex(properties.getProperty(name).replace(" ", ""));
  }

  private static Row row(float first) {
    byte[] floats = new byte[12];
    ByteBuffer.wrap(floats)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(first)
        .putFloat(-2f)
        .putFloat(3f);
    return Row.of(RowSchema.of(TensorSpec.of(DType.FLOAT32, 3)), 0, new byte[][] {floats});
  }

  @Test
  void writesTheBytesThatAreWrittenDown() throws IOException {
    Path rows = StoreDirectory.create(directory, "rows");
    StoreFiles files = DiskFiles.hold(rows);
    StoreParts parts =
        StoreParts.of(
            files,
            rows,
            DurableFixture.config(1 << 16, WhenFull.EVICT, 1024),
            new StoreClock(() -> TIME),
            new Health(events));
    SegmentWriter writer =
        parts.segmentWriter(
            requireNonNull(WriterLock.takeOver(files, NAME.writer())),
            () -> 0xfedcba9876543210L,
            parts.catalog()::add);
    List<TensorKey> keys = List.of(PLAIN, NAMED, REMOVED);
    for (int skipped = 0; skipped < NAME.number(); skipped++) { // five segments before
      append(writer, PLAIN, 1, NET);
      writer.seal();
    }
    for (int i = 0; i < keys.size(); i++) {
      append(writer, keys.get(i), i + 1, i == 1 ? SIZE : NET);
    }
    writer.publish();
    parts.ledger().change(used -> 4660);
    assertBytes("ledger", rows.resolve(Ledger.FILE));
    writer.seal();
    parts.pruner().remove(REMOVED);
    assertBytes("segment", rows.resolve(NAME.file(SegmentName.SEGMENT)));
    assertBytes("index", rows.resolve(NAME.file(SegmentName.INDEX)));
    assertBytes("removed", rows.resolve(NAME.file(SegmentName.DEAD)));
    assertEquals(List.of(), events.failures);
  }

  private static void append(SegmentWriter writer, TensorKey key, float first, Provenance of)
      throws IOException {
    writer.append(key, EncodedEntry.of(key, row(first), 0, Compression.NONE), of, TIME);
  }

  private static void assertBytes(String name, Path file) throws IOException {
    HexFormat hex = HexFormat.of();
    assertEquals(hex.formatHex(golden(name)), hex.formatHex(Files.readAllBytes(file)), name);
  }

  @Test
  void readsTheBytesThatAreWrittenDown() throws IOException {
    Path rows = StoreDirectory.create(directory, "rows");
    Files.write(rows.resolve(NAME.file(SegmentName.SEGMENT)), golden("segment"));
    Files.write(rows.resolve(NAME.file(SegmentName.DEAD)), golden("removed"));
    for (boolean hasIndex : new boolean[] {true, false}) {
      if (hasIndex) {
        Files.write(rows.resolve(NAME.file(SegmentName.INDEX)), golden("index"));
      } else {
        Files.delete(rows.resolve(NAME.file(SegmentName.INDEX)));
      }
      try (DurableStore store = DurableFixture.open(directory, events)) {
        assertHit(store, PLAIN, 1);
        assertHit(store, NAMED, 2);
        assertTrue(!store.contains(REMOVED));
        List<StoredEntry> entries = new ArrayList<>();
        store.forEach(entries::add);
        entries.sort((a, b) -> a.provenance().function().compareTo(b.provenance().function()));
        assertEquals(List.of(SIZE, NET), entries.stream().map(StoredEntry::provenance).toList());
        assertEquals(TIME / 1000, entries.get(0).created().getEpochSecond());
      }
    }
    assertBytes("index", rows.resolve(NAME.file(SegmentName.INDEX)));
    assertEquals(List.of(), events.failures);
  }

  private static void assertHit(DurableStore store, TensorKey key, float first) {
    ByteBuffer buffer = ByteBuffer.allocate(12);
    RowTarget target = new RowTarget(row(first).schema(), new ByteBuffer[] {buffer});
    assertEquals(Lookup.DURABLE_HIT, store.read(key, target));
    assertEquals(first, buffer.order(ByteOrder.LITTLE_ENDIAN).getFloat(0));
  }
}
