package io.tensorcache.internal.key;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;

/**
 * The functions of tensorcache.h, which documents them. Result codes are checked in {@link
 * NativeRowHasher} and {@link NativeCopy} only. JavaCPP generates the glue from this class.
 */
@Properties(
    @Platform(
        value = "linux-x86_64",
        include = "tensorcache/tensorcache.h",
        library = "jnitensorcache"))
final class NativeBinding {
  static final int ABI_VERSION = 2;

  private NativeBinding() {}

  @Name("tensorcache_abi_version")
  static native int abiVersion();

  @Name("tensorcache_last_error")
  static native String lastError();

  @Name("tensorcache_key_create")
  static native int createKey(
      @Cast("const uint8_t*") byte[] seed, String backend, @Cast("tensorcache_key**") long[] key);

  @Name("tensorcache_key_destroy")
  static native void destroyKey(@Cast("tensorcache_key*") long key);

  @Name("tensorcache_key_backend")
  static native String keyBackend(@Cast("const tensorcache_key*") long key);

  @Name("tensorcache_key_material")
  static native int keyMaterial(
      @Cast("const tensorcache_key*") long key,
      @Cast("int64_t*") long[] words,
      @Cast("int64_t") long wordCount);

  @Name("tensorcache_tch1_rows")
  static native int tch1Rows(
      @Cast("const tensorcache_key*") long key,
      @Cast("const void*") long address,
      @Cast("int64_t") long rows,
      @Cast("int64_t") long rowStride,
      @Cast("int64_t") long rowBytes,
      @Cast("int64_t") long t0,
      @Cast("int64_t") long t1,
      @Cast("int64_t*") long[] out);

  @Name("tensorcache_tch1_strided")
  static native int tch1Strided(
      @Cast("const tensorcache_key*") long key,
      @Cast("const void*") long address,
      @Cast("int64_t") long rows,
      @Cast("int64_t") long rowStride,
      int elementBytes,
      int rank,
      @Cast("const int64_t*") long[] dims,
      @Cast("const int64_t*") long[] strides,
      @Cast("int64_t") long step,
      @Cast("int64_t") long t0,
      @Cast("int64_t") long t1,
      @Cast("int64_t*") long[] out);

  @Name("tensorcache_torchcache_rows")
  static native int torchcacheRows(
      @Cast("const void*") long address,
      @Cast("int64_t") long rows,
      @Cast("int64_t") long rowStride,
      int dtype,
      int rank,
      @Cast("const int64_t*") long[] dims,
      @Cast("const int64_t*") long[] strides,
      @Cast("int64_t") long step,
      @Cast("int64_t*") long[] out);

  @Name("tensorcache_copy_crc32c_pays")
  static native int copyPays();

  /** From the positions of direct buffers. */
  @Name("tensorcache_copy_crc32c")
  static native @Cast("int64_t") long copy(
      @Cast("uint32_t") int sum,
      @Cast("void*") ByteBuffer to,
      @Cast("const void*") ByteBuffer from,
      @Cast("int64_t") long bytes);

  @Name("tensorcache_compare")
  static native int compare(
      @Cast("const int64_t*") long pieces,
      @Cast("int64_t") long count,
      @Cast("int64_t*") long first);
}
