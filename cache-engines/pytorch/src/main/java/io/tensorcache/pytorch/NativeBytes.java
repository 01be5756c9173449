package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Native memory as a buffer in the order of the machine. Owns nothing. */
final class NativeBytes {
  private NativeBytes() {}

  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  /** {@code byteCount} bytes from an address that somebody else keeps allocated. */
  static ByteBuffer at(long address, long byteCount) {
    BytePointer bytes = new BytePointer(new Address(address));
    return bytes.capacity(byteCount).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A copy in Java of what the buffer holds now. */
  static ByteBuffer copyOf(ByteBuffer memory) {
    byte[] copy = new byte[memory.capacity()];
    memory.get(0, copy);
    return ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder());
  }
}
