package io.tensorcache.internal.key;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;

/**
 * The functions of tensorcache.h, which documents them. Result codes are checked in {@link
 * NativeRowHasher} only. JavaCPP finds and loads the library; {@code native/jni/binding.cpp} is
 * what it calls.
 */
@Properties(@Platform(value = "linux-x86_64", library = "jnitensorcache"))
final class NativeBinding {
  static final int ABI_VERSION = 1;

  private NativeBinding() {}

  static native int abiVersion();

  static native String lastError();

  static native int createKey(byte[] seed, String backend, long[] key);

  static native void destroyKey(long key);

  static native String keyBackend(long key);

  static native int keyMaterial(long key, long[] words, long wordCount);

  /** The address of a direct buffer's first byte, whatever its position. */
  static native long address(ByteBuffer direct);

  static native int tch1Rows(
      long key,
      long address,
      long rows,
      long rowStride,
      long rowBytes,
      long t0,
      long t1,
      long[] out);

  static native int tch1Strided(
      long key,
      long address,
      long rows,
      long rowStride,
      int elementBytes,
      int rank,
      long[] dims,
      long[] strides,
      long step,
      long t0,
      long t1,
      long[] out);

  static native int torchcacheRows(
      long address,
      long rows,
      long rowStride,
      int dtype,
      int rank,
      long[] dims,
      long[] strides,
      long step,
      long[] out);
}
