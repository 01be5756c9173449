package io.tensorcache.internal.device;

/** Device memory of our own, freed by {@link #close}. Confined to one thread. */
public final class DeviceBlock implements AutoCloseable {
  private final Device device;
  private final long address;

  DeviceBlock(Device device, long address) {
    this.device = device;
    this.address = address;
  }

  /** On the device; a multiple of 256. */
  public long address() {
    return address;
  }

  /** Waits for what the device does with it, and frees it. */
  @Override
  public void close() {
    device.free(address);
  }
}
