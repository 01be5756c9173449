package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final DeviceHashers devices;
  private final boolean hostOnly; // by explicit choice
  private final AtomicBoolean told = new AtomicBoolean();

  private RowKeys(
      KeyAlgorithm algorithm,
      int samplesPerRow,
      KeyMaterial material,
      ChosenBackend chosen,
      DeviceHashers devices,
      boolean hostOnly) {
    this.algorithm = algorithm;
    this.samplesPerRow = samplesPerRow;
    this.material = material;
    this.java = new JavaRowHasher(material);
    this.chosen = chosen;
    this.devices = devices;
    this.hostOnly = hostOnly;
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
   * @throws DeviceException if CUDA is asked for and cannot be had
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
    DeviceHashers devices = new DeviceHashers(material);
    ChosenBackend chosen = ChosenBackend.choose(backend, nativeSource, devices, material);
    if (algorithm == KeyAlgorithm.TORCHCACHE) {
      log.warn("TORCHCACHE keys confuse different rows: wrong results are possible; see KEY.md");
    } else if (samplesPerRow > 0) {
      log.warn(
          "Keys read about {} elements per row: rows that differ only elsewhere are confused",
          samplesPerRow);
    }
    boolean hostOnly = backend == KeyBackend.JAVA || backend == KeyBackend.NATIVE;
    return new RowKeys(algorithm, samplesPerRow, material, chosen, devices, hostOnly);
  }

  /** The back end in use for host memory: JAVA, NATIVE or CUDA. */
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
    return new Tweak(material, rowSpec, step, hashedBytes, t);
  }

  /** Opens and tests the kernels of the tensors' devices, as the first digest would. */
  public void setUp(List<TensorView> tensors) {
    for (TensorView tensor : tensors) {
      if (tensor.memory() instanceof DeviceMemory memory) {
        hasherOf(memory);
      }
    }
  }

  /**
   * Computes the digest of every row along axis 0, with one native call per batch. Reads memory in
   * place, in logical row-major order for any strides; copies and keeps nothing. Heap buffers,
   * which have no address, are hashed in Java by either back end on the host. Device memory is
   * hashed where it lies, after what is in its stream; under JAVA and NATIVE, and where a device's
   * kernels cannot be used, it is copied to the host first.
   *
   * @param batch {@code [rows, ...]} whose rows have the tweak's spec
   * @param out receives two longs per row
   * @throws IllegalArgumentException if the batch does not fit the tweak, the tweak comes from
   *     another salt, or out is too short
   * @throws DeviceException if there is no driver, or it refuses the memory or the launch
   * @throws IllegalStateException if the stream of device memory is being captured
   */
  public void digest(TensorView batch, Tweak tweak, long[] out) {
    check(batch, tweak);
    checkLength("out", out, 1, batch.spec().dim(0));
    if (batch.memory() instanceof DeviceMemory memory) {
      CudaRowHasher hasher = hasherOf(memory);
      if (hasher == null) {
        try (HostCopy copy = HostCopy.of(batch)) {
          digest(copy.view(), tweak, out);
        }
      } else if (algorithm == KeyAlgorithm.TCH1) {
        hasher.tch1(List.of(rows(batch, tweak)), out);
      } else {
        long[] hashes = new long[(int) batch.spec().dim(0)];
        RowLayout layout = RowLayout.of(batch, tweak.step());
        hasher.torchcache(memory, layout, batch.spec().dtype(), hashes);
        java.keysOfWords(hashes, hashes.length, tweak.t0(), tweak.t1(), out);
      }
      return;
    }
    HostMemory memory = (HostMemory) batch.memory();
    RowLayout layout = RowLayout.of(batch, tweak.step());
    if (algorithm == KeyAlgorithm.TCH1) {
      chosen.hasher().tch1(memory, layout, tweak.t0(), tweak.t1(), out);
      return;
    }
    long[] hashes = new long[layout.rows()];
    chosen.hasher().torchcache(memory, layout, batch.spec().dtype(), hashes);
    java.keysOfWords(hashes, layout.rows(), tweak.t0(), tweak.t1(), out);
  }

  /**
   * The digests of several inputs of the same number of rows, {@code [input][row][2]}. Inputs on
   * one device and stream are hashed together, up to 8 in a launch.
   */
  public void digests(List<TensorView> batches, List<Tweak> tweaks, int rows, long[] out) {
    checkLength("out", out, batches.size(), rows);
    CudaRowHasher shared = sharedHasher(batches);
    if (shared != null) {
      List<CudaRowHasher.Rows> all = new ArrayList<>(batches.size());
      for (int i = 0; i < batches.size(); i++) {
        check(batches.get(i), tweaks.get(i));
        all.add(rows(batches.get(i), tweaks.get(i)));
      }
      shared.tch1(all, out);
      return;
    }
    long[] ofOne = batches.size() == 1 ? out : new long[2 * rows];
    for (int i = 0; i < batches.size(); i++) {
      digest(batches.get(i), tweaks.get(i), ofOne);
      if (ofOne != out) {
        System.arraycopy(ofOne, 0, out, 2 * rows * i, 2 * rows);
      }
    }
  }

  /**
   * The digests of tensors of any shapes, each as one row: {@code [tensor][2]}. Contiguous ones in
   * one stream of a device are hashed together, in one launch.
   */
  public long[] digestEach(List<TensorView> tensors, List<Tweak> tweaks) {
    long[] out = new long[2 * tensors.size()];
    long[] one = new long[2];
    Map<List<Long>, List<Integer>> lists = new LinkedHashMap<>(); // by device and stream
    for (int i = 0; i < tensors.size(); i++) {
      TensorView row = tensors.get(i).asSingleRow();
      check(row, tweaks.get(i));
      if (row.memory() instanceof DeviceMemory memory
          && algorithm == KeyAlgorithm.TCH1
          && tweaks.get(i).step() == 1
          && row.isContiguous()
          && hasherOf(memory) != null) {
        List<Long> place = List.of((long) memory.device(), memory.stream());
        lists.computeIfAbsent(place, key -> new ArrayList<>()).add(i);
      } else {
        digest(row, tweaks.get(i), one);
        System.arraycopy(one, 0, out, 2 * i, 2);
      }
    }
    for (List<Integer> list : lists.values()) {
      List<CudaRowHasher.Rows> rows = new ArrayList<>(list.size());
      list.forEach(i -> rows.add(rows(tensors.get(i).asSingleRow(), tweaks.get(i))));
      long[] digests = devices.of(rows.get(0).memory().device()).tch1OfList(rows);
      for (int i = 0; i < rows.size(); i++) {
        System.arraycopy(digests, 2 * i, out, 2 * list.get(i), 2);
      }
    }
    return out;
  }

  /** The hasher of the device on which all inputs lie, in one stream; null if they do not. */
  private @Nullable CudaRowHasher sharedHasher(List<TensorView> batches) {
    if (algorithm != KeyAlgorithm.TCH1
        || batches.isEmpty()
        || !(batches.get(0).memory() instanceof DeviceMemory first)) {
      return null;
    }
    for (TensorView batch : batches) {
      if (!(batch.memory() instanceof DeviceMemory memory)
          || memory.device() != first.device()
          || memory.stream() != first.stream()) {
        return null;
      }
    }
    return hasherOf(first);
  }

  /** Null where keys of this memory are to be computed on the host. */
  private @Nullable CudaRowHasher hasherOf(DeviceMemory memory) {
    if (hostOnly) {
      return null;
    }
    try {
      return devices.of(memory.device());
    } catch (DeviceException e) {
      if (devices.refusal(memory.device()).isEmpty() || chosen.backend() == KeyBackend.CUDA) {
        throw e;
      }
      if (!told.getAndSet(true)) {
        log.warn(
            "Keys of tensors on device {} are computed by {}, after a copy to the host: {}",
            memory.device(),
            chosen.description(),
            e.getMessage());
      }
      return null;
    }
  }

  private CudaRowHasher.Rows rows(TensorView batch, Tweak tweak) {
    RowLayout layout = RowLayout.of(batch, tweak.step());
    return new CudaRowHasher.Rows((DeviceMemory) batch.memory(), layout, tweak.t0(), tweak.t1());
  }

  private void check(TensorView batch, Tweak tweak) {
    checkSameSeed(tweak);
    if (!tweak.isOf(batch)) {
      throw new IllegalArgumentException(
          "batch is " + batch.spec() + ": must be a batch of rows of " + tweak.rowSpec());
    }
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
