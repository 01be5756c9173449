package io.tensorcache.pytorch;

import io.tensorcache.tensor.HostMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Memory at an address, which somebody else keeps allocated. Immutable. */
final class NativeMemory extends HostMemory {
  private final long address;
  private final long byteCount;

  NativeMemory(long address, long byteCount) {
    this.address = address;
    this.byteCount = byteCount;
  }

  @Override
  public long byteCount() {
    return byteCount;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public ByteBuffer slice(long offset, int length) {
    Objects.checkFromIndexSize(offset, length, byteCount);
    return NativeBytes.at(address + offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
