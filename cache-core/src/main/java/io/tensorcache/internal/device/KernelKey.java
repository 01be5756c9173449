package io.tensorcache.internal.device;

import java.lang.ref.Cleaner;

/** Key material in the memory of one device. Freed with this object. Immutable. */
public final class KernelKey {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Device device;
  private final long address;

  KernelKey(Device device, long address) {
    this.device = device;
    this.address = address;
    CLEANER.register(this, () -> device.free(address));
  }

  /** Where it lies. */
  public Device device() {
    return device;
  }

  long address() {
    return address;
  }
}
