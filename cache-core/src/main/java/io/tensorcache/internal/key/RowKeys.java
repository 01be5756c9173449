package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the keys of the rows of batches. All back ends give the same keys. Immutable; safe for
 * use by several threads.
 *
 * <p>A digest is a pair of longs in an array: the upper half of a key, then the lower.
 */
public final class RowKeys {
  private static final Logger log = LoggerFactory.getLogger(RowKeys.class);

  private final KeyAlgorithm algorithm;
  private final int samplesPerRow;
  private final KeyMaterial material;
  private final JavaRowHasher java;
  private final ChosenBackend chosen;

  private RowKeys(
      KeyAlgorithm algorithm, int samplesPerRow, KeyMaterial material, ChosenBackend chosen) {
    this.algorithm = algorithm;
    this.samplesPerRow = samplesPerRow;
    this.material = material;
    this.java = new JavaRowHasher(material);
    this.chosen = chosen;
  }

  /**
   * Chooses the back end, tests it on a built-in vector and logs the choice and the risk of a lossy
   * key.
   *
   * @param samplesPerRow about how many elements of a row are read; 0 for every byte. Rows that
   *     differ only in elements that are not read get the same key
   * @param salt 32 bytes that replace the public seed, or null
   * @throws IllegalArgumentException if samplesPerRow is negative or the salt is not 32 bytes
   * @throws NativeLibraryException if NATIVE is asked for and cannot be had
   */
  public static RowKeys create(
      KeyBackend backend, KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    HasherSource library = material -> NativeRowHasher.open(material, NativeRowHasher.BEST);
    return create(backend, algorithm, samplesPerRow, salt, library);
  }

  static RowKeys create(
      KeyBackend backend,
      KeyAlgorithm algorithm,
      int samplesPerRow,
      byte @Nullable [] salt,
      HasherSource nativeSource) {
    checkSamples(samplesPerRow);
    KeyMaterial material = KeyMaterial.of(salt);
    ChosenBackend chosen = ChosenBackend.choose(backend, nativeSource, material);
    if (algorithm == KeyAlgorithm.TORCHCACHE) {
      log.warn("TORCHCACHE keys confuse different rows: wrong results are possible; see KEY.md");
    } else if (samplesPerRow > 0) {
      log.warn(
          "Keys read about {} elements per row: rows that differ only elsewhere are confused",
          samplesPerRow);
    }
    return new RowKeys(algorithm, samplesPerRow, material, chosen);
  }

  /** The back end in use: JAVA or NATIVE. */
  public KeyBackend backend() {
    return chosen.backend();
  }

  /** The back end in words, for example {@code NATIVE (avx2)}, or JAVA and the reason for it. */
  public String description() {
    return chosen.description();
  }

  /**
   * Hashes everything about rows but their data. Costs about a microsecond: make it once per
   * function and row spec.
   *
   * @param rowSpec dtype and shape without the batch axis
   * @param slot which input of the function, from 0
   * @param domain what else distinguishes the computation; copied into the hash, not kept
   * @throws IllegalArgumentException if the slot is negative or TORCHCACHE does not have the dtype
   */
  public Tweak tweak(TensorSpec rowSpec, int slot, byte[] domain) {
    long elements = rowSpec.elementCount();
    long step = stepFor(elements, samplesPerRow);
    long hashedBytes = RowLayout.readCount(elements, step) * rowSpec.dtype().byteSize();
    if (algorithm == KeyAlgorithm.TORCHCACHE) {
      TorchcacheHash.checkSupported(rowSpec.dtype());
      step = TorchcacheHash.step(elements, samplesPerRow);
      hashedBytes = Long.BYTES;
    }
    long[] t = java.raw(Metadata.encode(rowSpec, step, slot, domain));
    return new Tweak(material, rowSpec, step, hashedBytes, t[0], t[1]);
  }

  /**
   * Computes the digest of every row along axis 0, with one native call per batch. Reads host
   * memory in place, in logical row-major order for any strides; copies and keeps nothing. Heap
   * buffers, which have no address, are hashed in Java by either back end.
   *
   * @param batch {@code [rows, ...]} whose rows have the tweak's spec
   * @param out receives two longs per row
   * @throws IllegalArgumentException if the batch does not fit the tweak, the tweak comes from
   *     another salt, or out is too short
   */
  public void digest(TensorView batch, Tweak tweak, long[] out) {
    checkSameSeed(tweak);
    TensorSpec spec = batch.spec();
    if (!isBatchOf(spec, tweak.rowSpec())) {
      throw new IllegalArgumentException(
          "batch is " + spec + ": must be a batch of rows of " + tweak.rowSpec());
    }
    checkLength("out", out, 1, spec.dim(0));
    if (!(batch.memory() instanceof HostMemory memory)) {
      throw new IllegalArgumentException("memory is " + batch.memory() + ": must be HostMemory");
    }
    RowLayout layout = RowLayout.of(batch, tweak.step());
    if (algorithm == KeyAlgorithm.TCH1) {
      chosen.hasher().tch1(memory, layout, tweak.t0(), tweak.t1(), out);
      return;
    }
    long[] hashes = new long[layout.rows()];
    chosen.hasher().torchcache(memory, layout, spec.dtype(), hashes);
    java.keysOfWords(hashes, layout.rows(), tweak.t0(), tweak.t1(), out);
  }

  /**
   * The digest of several inputs, in order, for every row.
   *
   * @param digests {@code [input][row][2]}
   * @param out receives {@code [row][2]}; may be {@code digests}
   * @throws IllegalArgumentException if a count is negative or an array too short
   */
  public void combine(long[] digests, int inputs, int rows, long[] out) {
    checkNotNegative("inputs", inputs);
    checkNotNegative("rows", rows);
    checkLength("digests", digests, inputs, rows);
    checkLength("out", out, 1, rows);
    for (int row = 0; row < rows; row++) {
      long x = combined(digests, inputs, rows, row, material.q[0]);
      long y = combined(digests, inputs, rows, row, material.q[1]);
      Feistel.apply(x, y, material.f, 4, out, 2 * row);
    }
  }

  /** The polynomial with the coefficients count, then the four 32-bit parts of each digest. */
  private static long combined(long[] digests, int inputs, int rows, int row, long q) {
    long h = Field61.horner(0, inputs, q);
    for (int input = 0; input < inputs; input++) {
      int at = 2 * (input * rows + row);
      for (int half = at; half < at + 2; half++) {
        h = Field61.horner(h, digests[half] & 0xFFFFFFFFL, q);
        h = Field61.horner(h, digests[half] >>> 32, q);
      }
    }
    return h;
  }

  /**
   * The digests that the same data has under another slot, domain or shape, without reading it: the
   * finaliser is undone, the tweak exchanged in the sum, and the finaliser applied again. Exact.
   *
   * @param digests {@code [row][2]}, made under {@code from} and not combined
   * @param out receives {@code [row][2]}; may be {@code digests}
   * @throws IllegalArgumentException if the tweaks do not read the same bytes of a row, come from
   *     another salt, or an array is too short
   */
  public void rebase(long[] digests, int rows, Tweak from, Tweak to, long[] out) {
    checkNotNegative("rows", rows);
    checkLength("digests", digests, 1, rows);
    checkLength("out", out, 1, rows);
    checkSameSeed(from);
    checkSameSeed(to);
    if (from.step() != to.step()
        || from.hashedByteCount() != to.hashedByteCount()
        || from.rowSpec().dtype() != to.rowSpec().dtype()
        || from.rowSpec().elementCount() != to.rowSpec().elementCount()) {
      throw new IllegalArgumentException(
          "rebase from " + from.rowSpec() + " to " + to.rowSpec() + ": must read the same bytes");
    }
    long change0 = change(material.a, from, to);
    long change1 = change(material.b, from, to);
    for (int at = 0; at < 2 * rows; at += 2) {
      out[at] = digests[at];
      out[at + 1] = digests[at + 1];
      Feistel.invert(out, at, material.f);
      long x = Field61.add(out[at], change0);
      long y = Field61.add(out[at + 1], change1);
      Feistel.apply(x, y, material.f, 0, out, at);
    }
  }

  private static long change(long[] c, Tweak from, Tweak to) {
    long first = Field61.multiply(c[5], Field61.subtract(to.t0(), from.t0()));
    long second = Field61.multiply(c[6], Field61.subtract(to.t1(), from.t1()));
    return Field61.add(first, second);
  }

  /** Every how many elements one is read, so that about {@code samples} are; 0 reads all. */
  static long stepFor(long elements, int samples) {
    return samples == 0 ? 1 : Math.max(1, elements / samples);
  }

  static void checkSamples(int samplesPerRow) {
    checkNotNegative("samplesPerRow", samplesPerRow);
  }

  private void checkSameSeed(Tweak tweak) {
    if (tweak.material() != material && !Arrays.equals(tweak.material().seed(), material.seed())) {
      throw new IllegalArgumentException("the tweak was made with another salt");
    }
  }

  private static boolean isBatchOf(TensorSpec batch, TensorSpec row) {
    boolean same = batch.dtype() == row.dtype() && batch.rank() == row.rank() + 1;
    for (int axis = 0; same && axis < row.rank(); axis++) {
      same = batch.dim(axis + 1) == row.dim(axis);
    }
    return same;
  }

  private static void checkNotNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ": must be >= 0");
    }
  }

  private static void checkLength(String name, long[] array, long inputs, long rows) {
    if (inputs > 0 && rows > array.length / 2 / inputs) {
      BigInteger needed = BigInteger.valueOf(2 * inputs).multiply(BigInteger.valueOf(rows));
      throw new IllegalArgumentException(
          name + " has " + array.length + " longs: must have at least " + needed);
    }
  }
}
