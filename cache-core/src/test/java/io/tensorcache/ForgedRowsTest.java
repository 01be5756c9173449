package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of rows, made by who knows the format, that claim what is not there. */
class ForgedRowsTest {
  private static final int ROWS = 20;
  private static final int WIDTH = 24;
  private static final int ENTRY_HEAD = 40;
  private static final int RECORD_HEAD = 32;

  @TempDir Path directory;
  private final List<String> told = new ArrayList<>();
  private int computed;

  private TensorCache open() {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofKiB(64))
        .store(store -> store.directory(directory))
        .listener(failure -> told.add(failure.toString()))
        .build();
  }

  private float[] apply(TensorCache cache) {
    float[] values = new float[ROWS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return cache
        .function("f", Fingerprint.version("1"), HostTensor.adapter())
        .probing(false)
        .persisting(true)
        .wrap(
            x -> {
              computed += (int) x.spec().dim(0);
              return x;
            })
        .apply(HostTensor.ofFloats(values, ROWS, WIDTH))
        .floats();
  }

  private Path only(String suffix) throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("rows"))) {
      return all.filter(each -> each.toString().endsWith(suffix)).findFirst().orElseThrow();
    }
  }

  private static int sum(ByteBuffer of, int from, int to, long... first) {
    CRC32C sum = new CRC32C();
    for (long tag : first) {
      for (int shift = 0; shift < 64; shift += 8) {
        sum.update((int) (tag >>> shift) & 255);
      }
    }
    sum.update(of.duplicate().limit(to).position(from));
    return (int) sum.getValue();
  }

  private static ByteBuffer bytes(Path path) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Every row claims almost 2 GiB, in its head, in its schema and in the index. */
  private void forge(boolean isFileLongEnough) throws IOException {
    Path segmentPath = only(".tcs");
    Path indexPath = only(".tci");
    ByteBuffer segment = bytes(segmentPath);
    ByteBuffer index = bytes(indexPath);
    long tag = segment.getLong(16);
    int entries = 64 + index.getInt(36);
    for (int at = 64, k = 0; at + 64 <= segment.limit(); ) {
      int body = segment.getInt(at + 12);
      int next = at + (RECORD_HEAD + body + 63) / 64 * 64;
      if (segment.get(at + 9) == 1) {
        int entry = at + RECORD_HEAD;
        int head = segment.getInt(entry + 12);
        int schema = segment.getInt(entry + 36);
        int claimed = (Integer.MAX_VALUE - 1024 - head) / 4 * 4;
        segment.putInt(at + 12, head + claimed);
        segment.putInt(at + 4, sum(segment, at + 8, at + RECORD_HEAD, tag));
        int part = entry + ENTRY_HEAD + schema;
        segment.putLong(part - 8, claimed / 4).putInt(part, 0);
        segment.putInt(part + 4, claimed).putInt(part + 8, claimed);
        index.putInt(entries + 32 * k++ + 20, head + claimed);
      }
      at = next;
    }
    Files.write(segmentPath, segment.array());
    if (isFileLongEnough) {
      try (RandomAccessFile file = new RandomAccessFile(segmentPath.toFile(), "rw")) {
        file.setLength((1L << 32) - 64);
      }
      index.putLong(24, (1L << 32) - 64);
    }
    index.putInt(4, sum(index, 8, index.limit()));
    Files.write(indexPath, index.array());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsThatClaimTwoGibibytesAreComputedAgain(boolean isFileLongEnough) throws IOException {
    float[] right;
    try (TensorCache cache = open()) {
      right = apply(cache);
    }
    forge(isFileLongEnough);
    computed = 0;
    try (TensorCache cache = open()) {
      assertArrayEquals(right, apply(cache));
    }
    assertEquals(ROWS, computed);
    assertFalse(told.isEmpty());
  }

  /** The same look without a cache. */
  @Test
  void lookingAtThemAllocatesNothing() throws IOException {
    try (TensorCache cache = open()) {
      apply(cache);
    }
    forge(false);
    try (RowStore store = RowStore.open(directory, "rows")) {
      var found = store.verify(done -> {});
      assertEquals(ROWS, found.corrupt());
      assertTrue(found.badRows().get(0).why().contains("ends within the entry"));
    }
  }
}
