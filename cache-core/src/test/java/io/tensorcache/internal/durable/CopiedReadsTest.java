package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.NET;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.StoreConfig;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.codec.SummingCopy;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are read to a place from where they are copied and summed in one pass. */
class CopiedReadsTest {
  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();
  private final FaultyFiles files = new FaultyFiles();
  private final AtomicInteger reads = new AtomicInteger();
  private @Nullable SummingCopy before;

  /** Bit by bit. */
  private static final class InJava implements SummingCopy {
    @Override
    public int copy(int sum, ByteBuffer from, ByteBuffer to) {
      to.duplicate().put(from.duplicate());
      int inverted = ~sum;
      for (int at = from.position(); at < from.limit(); at++) {
        inverted ^= from.get(at) & 0xFF;
        for (int bit = 0; bit < 8; bit++) {
          inverted = inverted >>> 1 ^ ((inverted & 1) == 0 ? 0 : 0x82f63b78);
        }
      }
      return ~inverted;
    }

    @Override
    public boolean isFasterThanSum() {
      return true;
    }
  }

  @BeforeEach
  void copy() {
    before = SummingCopy.used();
    SummingCopy.use(new InJava());
  }

  @AfterEach
  void copyAsBefore() {
    SummingCopy.use(before);
  }

  private DurableStore filled(StoreConfig config, Row row) {
    DurableStore store =
        DurableStore.open(directory, "rows", config, events, files, System::currentTimeMillis);
    assertTrue(store.store(key(0), row, NET));
    assertTrue(store.flush());
    Thread here = Thread.currentThread();
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.READ
              && Thread.currentThread() == here
              && file.toString().endsWith(SegmentName.SEGMENT)) {
            reads.incrementAndGet();
          }
        };
    return store;
  }

  private static Lookup read(DurableStore store, Row row, boolean isDirect) {
    RowSchema schema = row.schema();
    ByteBuffer[] buffers = SampleRows.buffers(schema, 3, isDirect);
    RowTarget target = new RowTarget(schema, buffers);
    for (int part = 0; part < buffers.length; part++) {
      target.at(part, buffers[part].capacity() / 3);
    }
    Lookup found = store.read(key(0), target);
    for (int part = 0; part < buffers.length && found == Lookup.DURABLE_HIT; part++) {
      byte[] bytes = SampleRows.expectedBytes(row, part);
      byte[] around = new byte[bytes.length];
      assertArrayEquals(around, SampleRows.bytesAt(buffers[part], 0, bytes.length));
      assertArrayEquals(bytes, SampleRows.bytesAt(buffers[part], bytes.length, bytes.length));
      assertArrayEquals(around, SampleRows.bytesAt(buffers[part], 2 * bytes.length, bytes.length));
    }
    return found;
  }

  /** The record begins with 32 bytes and its entry with 65. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2000, 16_300, 100_000, 130_943, 130_944, 131_008, 131_072, 600_000})
  void eachRowIsReadOnceInPieces(int byteCount) {
    Row row = SampleRows.ofBytes(byteCount, byteCount);
    try (DurableStore store = filled(DurableFixture.large(), row)) {
      assertEquals(Lookup.DURABLE_HIT, read(store, row, true));
      int piece = 128 << 10;
      long record = SegmentFormatV1.recordBytes(65 + byteCount);
      int rest = 32 + 65 + byteCount - piece;
      assertEquals(record <= piece ? 1 : 1 + (rest + piece - 1) / piece, reads.get());
      assertEquals(Lookup.DURABLE_HIT, read(store, row, false), "to the heap");
      assertEquals(List.of(), events.failures);
    }
  }

  private static Row parts(int... lengths) {
    List<RowSchema.Part> parts = new ArrayList<>();
    byte[][] payloads = new byte[lengths.length][];
    for (int i = 0; i < lengths.length; i++) {
      TensorSpec spec = TensorSpec.of(DType.UINT8, lengths[i]);
      parts.add(new RowSchema.Part("p" + i, spec, DType.UINT8));
      payloads[i] = new byte[lengths[i]];
      new Random(i).nextBytes(payloads[i]);
    }
    return Row.of(new RowSchema(parts), 0, payloads);
  }

  @Test
  void severalParts() {
    Row row = parts(3, 0, 130_000, 200_000, 0, 5000, 140_000, 1);
    try (DurableStore store = filled(DurableFixture.large(), row)) {
      assertEquals(Lookup.DURABLE_HIT, read(store, row, true));
      assertEquals(Lookup.DURABLE_HIT, read(store, row, false));
    }
  }

  @Test
  void compressedAndConverted() {
    Row sparse = Row.of(SampleRows.ofBytes(1, 1 << 20).schema(), 0, new byte[][] {halfOfZeros()});
    try (DurableStore store =
        filled(
            DurableFixture.config(
                DurableFixture.large().sync(),
                DurableFixture.large().interval(),
                Compression.LZ4,
                DurableFixture.large().segment()),
            sparse)) {
      assertEquals(Lookup.DURABLE_HIT, read(store, sparse, true));
      assertEquals(2, reads.get(), "what the first read brought is not read again");
      Row several = SampleRows.several(new Random(1));
      store.store(key(1), several, NET);
      assertTrue(store.flush());
      assertEquals(Lookup.DURABLE_HIT, DurableFixture.read(store, 1, several));
    }
  }

  private static byte[] halfOfZeros() {
    byte[] bytes = new byte[1 << 20];
    new Random(2).nextBytes(bytes);
    java.util.Arrays.fill(bytes, 0, bytes.length / 2, (byte) 0);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 90, 98, 100_000, 131_071, 131_072, 200_000, 300_064 + 32})
  void aFlippedBitIsFoundWhereverItIs(int at) throws IOException {
    Row row = SampleRows.ofBytes(1, 300_000);
    try (DurableStore store = filled(DurableFixture.large(), row)) {
      Path segment = DurableFixture.files(directory, SegmentName.SEGMENT).get(0);
      try (FileChannel file =
          FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        long start = file.size() - SegmentFormatV1.recordBytes(65 + 300_000);
        ByteBuffer one = ByteBuffer.allocate(1);
        assertEquals(1, file.read(one, start + at));
        one.put(0, (byte) (one.get(0) ^ 4));
        assertEquals(1, file.write(one.flip(), start + at));
      }
      assertEquals(Lookup.CORRUPT, read(store, row, true));
      assertEquals(Lookup.MISS, read(store, row, true));
      events.expectFailures(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 1000, 131_071, 131_072, 131_073, 262_144, 300_032})
  void aFileThatEndsWithinARowIsAMiss(int length) throws IOException {
    Row row = SampleRows.ofBytes(1, 300_000);
    try (DurableStore store = filled(DurableFixture.large(), row)) {
      Path segment = DurableFixture.files(directory, SegmentName.SEGMENT).get(0);
      try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        file.truncate(file.size() - SegmentFormatV1.recordBytes(65 + 300_000) + length);
      }
      assertEquals(Lookup.CORRUPT, read(store, row, true));
      events.expectFailures(1);
    }
  }

  @Test
  void aReadThatFailsIsAMissAndTriedAgain() {
    Row row = SampleRows.ofBytes(1, 300_000);
    try (DurableStore store = filled(DurableFixture.large(), row)) {
      for (int failing = 1; failing <= 3; failing++) {
        fail(failing);
        Lookup first = read(store, row, true);
        assertTrue(first == Lookup.MISS || events.failures.size() > 0 && first.isHit(), "" + first);
        assertEquals(failing, events.failures.size());
        files.fault = (operation, file) -> {};
        assertEquals(Lookup.DURABLE_HIT, read(store, row, true));
      }
    }
  }

  private void fail(int failing) {
    Thread here = Thread.currentThread();
    AtomicInteger count = new AtomicInteger();
    files.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.READ
              && Thread.currentThread() == here
              && file.toString().endsWith(SegmentName.SEGMENT)
              && count.incrementAndGet() == failing) {
            throw new IOException("the disk does not answer");
          }
        };
  }
}
