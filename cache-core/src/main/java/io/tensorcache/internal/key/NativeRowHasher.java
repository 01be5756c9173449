package io.tensorcache.internal.key;

import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * The back end in C++. One native call per batch for memory that has an address, which direct
 * buffers do; a heap buffer has none, so its rows are hashed in Java, with the same result. Safe
 * for use by several threads.
 */
final class NativeRowHasher implements RowHasher {
  /** The fastest instructions that the processor has. */
  static final String BEST = "best";

  private static final Cleaner CLEANER = Cleaner.create();

  private final JavaRowHasher heap;
  private final long key;
  private final String name;

  private NativeRowHasher(KeyMaterial material, long key) {
    this.heap = new JavaRowHasher(material);
    this.key = key;
    this.name = "NATIVE (" + NativeBinding.keyBackend(key) + ")";
    CLEANER.register(this, () -> NativeBinding.destroyKey(key));
  }

  /**
   * Loads the library and makes the key table for {@code scalar}, {@code avx2}, {@code avx512} or
   * {@link #BEST}.
   *
   * @throws NativeLibraryException if there is no library for this platform, it is of another
   *     version, or the processor lacks the instructions
   */
  static NativeRowHasher open(KeyMaterial material, String instructions) {
    load();
    long[] key = new long[1];
    check(NativeBinding.createKey(material.seed(), instructions, key));
    return new NativeRowHasher(material, key[0]);
  }

  /**
   * Loads the library.
   *
   * @throws NativeLibraryException if there is none for this platform, or it is of another version
   */
  static void load() {
    int version;
    try {
      Loader.load(NativeBinding.class);
      version = NativeBinding.abiVersion();
    } catch (LinkageError | RuntimeException e) {
      throw NativeLoadFailure.of(e);
    }
    if (version != NativeBinding.ABI_VERSION) {
      throw new NativeLibraryException(
          "the native library has interface version "
              + version
              + ", not "
              + NativeBinding.ABI_VERSION
              + ": use the library and the jar of one build");
    }
    NativeCopy.offer();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void tch1(HostMemory memory, RowLayout layout, long t0, long t1, long[] out) {
    long address = address(memory);
    if (address == 0 && memory.byteCount() > 0) {
      heap.tch1(memory, layout, t0, t1, out);
      return;
    }
    long first = address + layout.firstByte();
    try {
      check(
          layout.isRowContiguous()
              ? NativeBinding.tch1Rows(
                  key, first, layout.rows(), layout.rowStride(), layout.readBytes(), t0, t1, out)
              : NativeBinding.tch1Strided(
                  key,
                  first,
                  layout.rows(),
                  layout.rowStride(),
                  layout.elementBytes(),
                  layout.dims().length,
                  layout.dims(),
                  layout.strides(),
                  layout.step(),
                  t0,
                  t1,
                  out));
    } finally {
      Reference.reachabilityFence(memory);
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void torchcache(HostMemory memory, RowLayout layout, DType dtype, long[] out) {
    long address = address(memory);
    if (address == 0 && memory.byteCount() > 0) {
      heap.torchcache(memory, layout, dtype, out);
      return;
    }
    try {
      check(
          NativeBinding.torchcacheRows(
              address + layout.firstByte(),
              layout.rows(),
              layout.rowStride(),
              dtype.code(),
              layout.dims().length,
              layout.dims(),
              layout.strides(),
              layout.step(),
              out));
    } finally {
      Reference.reachabilityFence(memory);
    }
  }

  /** All 545 words of key material as C++ derived them. */
  long[] material() {
    long[] words = new long[545];
    check(NativeBinding.keyMaterial(key, words, words.length));
    Reference.reachabilityFence(this);
    return words;
  }

  /** The address of the first byte, or 0 if the memory has none. */
  private static long address(HostMemory memory) {
    if (memory.address() != 0 || memory.byteCount() == 0) {
      return memory.address();
    }
    if (memory.byteCount() > Integer.MAX_VALUE) {
      return 0; // perhaps not one block
    }
    ByteBuffer whole = memory.slice(0, (int) memory.byteCount());
    return whole.isDirect() ? new Pointer(whole).address() : 0;
  }

  static void check(int code) {
    if (code != 0) {
      throw new NativeLibraryException(
          "native code " + code + ": " + NativeBinding.lastError() + "; or use KeyBackend.JAVA");
    }
  }
}
