package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What every back end must do. A subclass names the back end. */
abstract class RowKeysContract {
  private static final byte[] NO_DOMAIN = {};
  private final long seed = new Random().nextLong();
  final Random random = new Random(seed);

  /** How many views are tried where they are random. */
  int views = 400;

  /** One line for each of the hundreds of sub-sampling instances here would bury all others. */
  @BeforeAll
  static void silenceTheWarning() {
    ((Logger) LoggerFactory.getLogger(RowKeys.class)).setLevel(Level.ERROR);
  }

  @AfterAll
  static void restoreTheWarning() {
    ((Logger) LoggerFactory.getLogger(RowKeys.class)).setLevel(null);
  }

  /** Keys computed by the back end under test, without a fallback. */
  abstract RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt);

  RowKeys keys() {
    return keys(KeyAlgorithm.TCH1, 0, null);
  }

  private String because(String what) {
    return what + " (random seed " + seed + ")";
  }

  private static long[] digest(RowKeys keys, TensorView batch, Tweak tweak) {
    long[] out = new long[2 * (int) batch.spec().dim(0)];
    keys.digest(batch, tweak, out);
    return out;
  }

  private static long[] digest(RowKeys keys, TensorView batch) {
    return digest(keys, batch, keys.tweak(batch.spec().row(), 0, NO_DOMAIN));
  }

  @Test
  void givesTheKeysOfAllByteStringVectors() throws IOException {
    var vectors = Json.resource("/vectors/tch1_vectors.json").get("bytes").items();
    for (Json vector : vectors) {
      byte[] salt = vector.get("seed").text().equals("default") ? null : Rows.seed2();
      int n = (int) vector.get("n").number();
      byte[] data = Rows.generate(vector.get("kind").text(), n);
      TensorSpec row = TensorSpec.of(DType.UINT8, n);
      Tweak zero = new Tweak(KeyMaterial.of(salt), row, 1, n, new long[2]);
      long[] key =
          digest(keys(KeyAlgorithm.TCH1, 0, salt), Rows.batch(DType.UINT8, data, 1, n), zero);
      assertArrayEquals(vector.get("key").key(), key, vector::toString);
    }
    assertEquals(183, vectors.size());
  }

  @Test
  void givesTheKeysOfAllRowVectors() throws IOException {
    var vectors = Json.resource("/vectors/tch1_vectors.json").get("rows").items();
    for (Json vector : vectors) {
      DType dtype = Rows.dtype(vector.get("dtype").text());
      long[] shape = vector.get("row_shape").items().stream().mapToLong(Json::number).toArray();
      TensorSpec row = TensorSpec.of(dtype, shape);
      int samples = (int) vector.get("subsample_count").number();
      int slot = (int) vector.get("slot").number();
      byte[] domain = vector.get("domain").text().getBytes(StandardCharsets.UTF_8);
      RowKeys keys = keys(KeyAlgorithm.TCH1, samples, null);
      Tweak tweak = keys.tweak(row, slot, domain);
      byte[] metadata = Metadata.encode(row, tweak.step(), slot, domain);
      assertEquals(vector.get("meta_hex").text(), HexFormat.of().formatHex(metadata));
      byte[] data = Rows.generate("lcg", (int) vector.get("data").get("n").number());
      TensorView batch = TensorView.of(row.batch(1), Rows.direct(data, 0));
      assertArrayEquals(vector.get("key").key(), digest(keys, batch, tweak), vector::toString);
    }
    assertEquals(16, vectors.size());
  }

  @Test
  void givesTheKeysOfTheCombineVectors() throws IOException {
    Json vector = Json.resource("/vectors/tch1_vectors.json").get("combine");
    long[] inputs =
        vector.get("inputs").items().stream().flatMapToLong(i -> Arrays.stream(i.key())).toArray();
    long[] out = new long[2];
    keys().combine(inputs, 3, 1, out);
    assertArrayEquals(vector.get("key").key(), out);
    keys().combine(inputs, 1, 1, out);
    assertArrayEquals(vector.get("key_of_first").key(), out);
    keys().combine(inputs, 0, 1, out);
    assertArrayEquals(vector.get("key_of_none").key(), out);
  }

  @Test
  void combinesEachRowOfAllInputs() {
    long[] digests = random.longs(2 * 3 * 5).toArray(); // [3 inputs][5 rows][2]
    long[] out = new long[10];
    keys().combine(digests, 3, 5, out);
    for (int row = 0; row < 5; row++) {
      long[] one = new long[6];
      for (int input = 0; input < 3; input++) {
        System.arraycopy(digests, 2 * (5 * input + row), one, 2 * input, 2);
      }
      long[] expected = new long[2];
      keys().combine(one, 3, 1, expected);
      assertArrayEquals(expected, Rows.row(out, row));
    }
    keys().combine(digests, 3, 5, digests);
    assertArrayEquals(out, Arrays.copyOf(digests, 10));
  }

  @Test
  void givesTheTorchcacheHashesOfAllVectors() throws IOException {
    var vectors =
        Json.resource("/vectors/tch1_vectors.json").get("torchcache").get("vectors").items();
    for (Json vector : vectors) {
      DType dtype = Rows.dtype(vector.get("dtype").text());
      int n = (int) vector.get("n").number();
      int samples = (int) vector.get("subsample_count").number();
      TensorView batch = Rows.batch(dtype, Rows.torchcacheElements(dtype, n), 1, n);
      long expected = vector.get("hash").number();
      assertEquals(expected, TorchcacheHash.hashes(batch, samples)[0], vector::toString);

      RowKeys keys = keys(KeyAlgorithm.TORCHCACHE, samples, null);
      Tweak tweak = keys.tweak(batch.spec().row(), 0, NO_DOMAIN);
      byte[] hashBytes = ByteBuffer.allocate(8).putLong(Long.reverseBytes(expected)).array();
      long[] key = new long[2];
      RowLayout eight = RowLayout.of(Rows.batch(DType.INT64, hashBytes, 1), 1);
      new JavaRowHasher(KeyMaterial.of(null))
          .tch1(Rows.direct(hashBytes, 0), eight, tweak.t0(), tweak.t1(), key);
      assertArrayEquals(key, digest(keys, batch, tweak), vector::toString);
    }
    assertEquals(72, vectors.size());
  }

  @Test
  void givesTheSameTorchcacheHashAsJavaOnAnyBits() {
    for (int i = 0; i < views / 2; i++) {
      TensorView view = Rows.randomView(random);
      DType dtype = view.spec().dtype();
      if (dtype.code() == 5 || dtype.code() == 7 || dtype.code() == 9 || dtype.code() > 13) {
        continue;
      }
      int samples = random.nextInt(50);
      RowKeys java = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TORCHCACHE, samples, null);
      long[] expected = digest(java, Rows.contiguousCopy(view));
      RowKeys keys = keys(KeyAlgorithm.TORCHCACHE, samples, null);
      assertArrayEquals(expected, digest(keys, view), () -> because("strided " + view.spec()));
    }
  }

  @Test
  void ignoresTheAlignmentAndKindOfMemory() {
    byte[] data = Rows.random(random, 3 * 4099);
    TensorSpec spec = TensorSpec.of(DType.INT8, 3, 4099);
    RowKeys keys = keys();
    long[] expected = digest(keys, TensorView.of(spec, HostMemory.of(ByteBuffer.wrap(data))));
    for (int offset = 0; offset < 64; offset++) {
      HostMemory direct = Rows.direct(data, offset);
      ByteBuffer heap = ByteBuffer.allocate(offset + data.length).put(offset, data);
      for (HostMemory memory : new HostMemory[] {direct, HostMemory.of(heap)}) {
        TensorView view = TensorView.of(spec, new long[] {4099, 1}, memory, offset);
        assertArrayEquals(expected, digest(keys, view), because("offset " + offset));
      }
    }
  }

  @Test
  void givesAViewTheKeyOfItsContiguousCopy() {
    for (int i = 0; i < views; i++) {
      TensorView view = Rows.randomView(random);
      int samples = random.nextInt(3) == 0 ? 1 + random.nextInt(40) : 0;
      RowKeys keys = keys(KeyAlgorithm.TCH1, samples, null);
      long[] expected = digest(keys, Rows.contiguousCopy(view));
      String what = because(view.spec() + ", " + samples + " samples");
      assertArrayEquals(expected, digest(keys, view), what);
    }
  }

  @Test
  void agreesWithTheReferenceTileByTile() {
    for (int n : new int[] {0, 1, 15, 16, 4095, 4096, 4097, 8192, 100_000}) {
      byte[] data = Rows.random(random, n);
      RowKeys keys = keys();
      Tweak tweak = keys.tweak(TensorSpec.of(DType.UINT8, n), 3, new byte[] {1});
      long[] expected = Reference.key(data, KeyMaterial.of(null), tweak.t0(), tweak.t1());
      long[] key = digest(keys, Rows.batch(DType.UINT8, data, 1, n), tweak);
      assertArrayEquals(expected, key, because(n + " bytes"));
    }
  }

  @Test
  void hashesEveryRowOnItsOwn() {
    byte[] data = Rows.random(random, 100 * 48);
    long[] all = digest(keys(), Rows.batch(DType.FLOAT32, data, 100, 3, 4));
    for (int row = 0; row < 100; row++) {
      byte[] one = Arrays.copyOfRange(data, row * 48, row * 48 + 48);
      long[] key = digest(keys(), Rows.batch(DType.FLOAT32, one, 1, 3, 4));
      assertArrayEquals(key, Rows.row(all, row), because("row " + row));
    }
  }

  @Test
  void hashesScalarRowsEmptyRowsAndEmptyBatches() {
    RowKeys keys = keys();
    long[] scalars = digest(keys, Rows.batch(DType.FLOAT32, Rows.random(random, 12), 3));
    assertFalse(Arrays.equals(Rows.row(scalars, 0), Rows.row(scalars, 1)));
    long[] empty = digest(keys, Rows.batch(DType.FLOAT64, new byte[0], 2, 0));
    assertArrayEquals(Rows.row(empty, 0), Rows.row(empty, 1));
    assertEquals(0, digest(keys, Rows.batch(DType.FLOAT64, new byte[0], 0, 5)).length);
    HostMemory heap = HostMemory.of(ByteBuffer.allocate(0));
    TensorView none = TensorView.of(TensorSpec.of(DType.FLOAT64, 2, 0), heap);
    assertArrayEquals(empty, digest(keys, none));
  }

  @Test
  void reachesBeyondTwoGibibytesByAddress() {
    long bytes = (3L << 30) + 100;
    try (Pointer block = Pointer.calloc(1, bytes)) { // untouched pages take no memory
      HostMemory memory = new AddressedMemory(block.address(), bytes);
      byte[] row = Rows.random(random, 100);
      memory.slice(3L << 30, 100).put(row);
      TensorSpec spec = TensorSpec.of(DType.UINT8, 2, 100);
      RowKeys keys = keys();
      long[] expected = digest(keys, Rows.batch(DType.UINT8, Arrays.copyOf(row, 200), 2, 100));
      TensorView down = TensorView.of(spec, new long[] {-(3L << 30), 1}, memory, 3L << 30);
      assertArrayEquals(expected, digest(keys, down));
      byte[] ends = {0, 0, row[0], row[1]};
      TensorView wide =
          TensorView.of(
              TensorSpec.of(DType.UINT8, 1, 2, 2), new long[] {0, 3L << 30, 1}, memory, 0);
      assertArrayEquals(digest(keys, Rows.batch(DType.UINT8, ends, 1, 2, 2)), digest(keys, wide));
    }
  }

  @Test
  void keepsEverythingApartThatIsPartOfTheKey() {
    byte[] data = Rows.random(random, 192);
    TensorSpec row = TensorSpec.of(DType.FLOAT32, 48);
    RowKeys keys = keys();
    Tweak[] tweaks = {
      keys.tweak(row, 0, NO_DOMAIN),
      keys.tweak(row, 1, NO_DOMAIN),
      keys.tweak(row, 0, new byte[] {0}),
      keys.tweak(row.withDtype(DType.INT32), 0, NO_DOMAIN),
      keys.tweak(TensorSpec.of(DType.FLOAT32, 6, 8), 0, NO_DOMAIN),
      keys.tweak(TensorSpec.of(DType.FLOAT32, 1, 48), 0, NO_DOMAIN),
      keys.tweak(TensorSpec.of(DType.FLOAT16, 96), 0, NO_DOMAIN),
      keys(KeyAlgorithm.TCH1, 7, null).tweak(row, 0, NO_DOMAIN)
    };
    long distinct =
        Arrays.stream(tweaks)
            .map(t -> digest(keys, Rows.batch(t.rowSpec().dtype(), data, shape(t.rowSpec())), t))
            .map(Arrays::toString)
            .distinct()
            .count();
    assertEquals(tweaks.length, distinct);
    TensorView batch = Rows.batch(DType.FLOAT32, data, 1, 48);
    RowKeys salted = keys(KeyAlgorithm.TCH1, 0, Rows.seed2());
    assertFalse(Arrays.equals(digest(keys, batch), digest(salted, batch)));
  }

  private static long[] shape(TensorSpec row) {
    return row.batch(1).shape();
  }

  @Test
  void rebasesDigestsAsIfTheDataWereReadAgain() {
    for (byte[] salt : new byte[][] {null, Rows.seed2()}) {
      for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
        RowKeys keys = keys(algorithm, 20, salt);
        TensorView batch = Rows.batch(DType.FLOAT32, Rows.random(random, 9 * 192), 9, 48);
        Tweak from = keys.tweak(TensorSpec.of(DType.FLOAT32, 48), 0, NO_DOMAIN);
        Tweak to = keys.tweak(TensorSpec.of(DType.FLOAT32, 48), 2, Rows.random(random, 5000));
        long[] digests = digest(keys, batch, from);
        keys.rebase(digests, 9, from, to, digests);
        assertArrayEquals(digest(keys, batch, to), digests, because(algorithm.name()));
        keys.rebase(digests, 9, to, from, digests);
        assertArrayEquals(digest(keys, batch, from), digests, because(algorithm.name()));
      }
    }
  }

  @Test
  void changesHalfOfTheBitsWhenOneBitChanges() {
    byte[] data = Rows.random(random, 5000);
    RowKeys keys = keys();
    long[] before = digest(keys, Rows.batch(DType.UINT8, data, 1, 5000));
    int changed = 0;
    int flips = 500;
    for (int i = 0; i < flips; i++) {
      int bit = random.nextInt(40_000);
      data[bit >> 3] ^= (byte) (1 << (bit & 7));
      long[] after = digest(keys, Rows.batch(DType.UINT8, data, 1, 5000));
      int difference = Long.bitCount(before[0] ^ after[0]) + Long.bitCount(before[1] ^ after[1]);
      assertTrue(difference >= 20, because("only " + difference + " bits for bit " + bit));
      changed += difference;
      before = after;
    }
    // 64 expected; one standard deviation of the mean is sqrt(32 / 500) = 0.25
    assertEquals(64, changed / (double) flips, 2, because("mean of changed bits"));
  }

  @Test
  void givesTheSameKeysToManyThreads() {
    RowKeys keys = keys();
    TensorView batch = Rows.batch(DType.FLOAT32, Rows.random(random, 16 * 12_000), 16, 3000);
    Tweak tweak = keys.tweak(batch.spec().row(), 0, NO_DOMAIN);
    long[] expected = digest(keys, batch, tweak);
    IntStream.range(0, views / 2)
        .parallel()
        .forEach(i -> assertArrayEquals(expected, digest(keys, batch, tweak)));
  }

  /** A block known by its address, as an engine's adapter would give it. */
  private static final class AddressedMemory extends HostMemory {
    private final long address;
    private final long bytes;

    AddressedMemory(long address, long bytes) {
      this.address = address;
      this.bytes = bytes;
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public long byteCount() {
      return bytes;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
      return new Slice(address + offset, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static final class Slice extends BytePointer {
    Slice(long address, int length) {
      super((Pointer) null);
      this.address = address;
      capacity(length);
    }
  }
}
