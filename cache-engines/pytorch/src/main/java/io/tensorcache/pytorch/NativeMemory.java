package io.tensorcache.pytorch;

import io.tensorcache.tensor.HostMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Memory at an address, which somebody else keeps allocated. Immutable. */
class NativeMemory extends HostMemory {
  private final long address;
  private final long byteCount;

  NativeMemory(long address, long byteCount) {
    this.address = address;
    this.byteCount = byteCount;
  }

  @Override
  public final long byteCount() {
    return byteCount;
  }

  @Override
  public final long address() {
    return address;
  }

  @Override
  public final ByteBuffer slice(long offset, int length) {
    Objects.checkFromIndexSize(offset, length, byteCount);
    if (length == 0) {
      return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
    }
    return NativeBytes.at(address + offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
