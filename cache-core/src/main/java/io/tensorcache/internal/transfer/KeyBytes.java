package io.tensorcache.internal.transfer;

import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;

/** A key as 16 bytes, in the order of its hexadecimal digits. */
final class KeyBytes {
  static final int LENGTH = 16;

  private KeyBytes() {}

  static byte[] of(TensorKey key) {
    return ByteBuffer.allocate(LENGTH).putLong(key.hi()).putLong(key.lo()).array();
  }

  static TensorKey read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new TensorKey(in.getLong(), in.getLong());
  }
}
