package io.tensorcache.tensor;

import java.util.Locale;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A block of CUDA device memory that holds tensor elements, and the stream in which it is used. The
 * cache reads it, and writes results, after everything that is in that stream when it is called. It
 * does not own the memory: whoever made it keeps it allocated, and unchanged but by what comes
 * later in that stream. Copies may be queued there when the call has returned. Immutable; safe for
 * use by several threads.
 * <!-- region: device-memory, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorSpec spec = TensorSpec.of(DType.FLOAT32, 32, 512);
 * DeviceMemory memory = DeviceMemory.of(0, address, spec.byteCount(), stream); // device 0
 * TensorView view = TensorView.of(spec, memory); // what an adapter's view returns
 * }</pre>
 */
public final class DeviceMemory implements TensorMemory {
  private final int device;
  private final long address;
  private final long byteCount;
  private final long stream;
  private final @Nullable Object owner; // kept reachable

  private DeviceMemory(
      int device, long address, long byteCount, long stream, @Nullable Object owner) {
    if (device < 0 || byteCount < 0) {
      throw new IllegalArgumentException(
          "device " + device + " with " + byteCount + " bytes: both must be >= 0");
    }
    this.device = device;
    this.address = address;
    this.byteCount = byteCount;
    this.stream = stream;
    this.owner = owner;
  }

  /**
   * Returns the block at an address.
   *
   * @param device the driver's ordinal of the device, from 0
   * @param address the value of a {@code CUdeviceptr}, of any alignment
   * @param byteCount bytes from there that the block has
   * @param stream the value of a {@code CUstream} of the device's primary context; 0 is the legacy
   *     default stream
   */
  public static DeviceMemory of(int device, long address, long byteCount, long stream) {
    return new DeviceMemory(device, address, byteCount, stream, null);
  }

  /** Returns the block from the position of a JavaCPP pointer, which is kept reachable. */
  public static DeviceMemory of(int device, Pointer pointer, long byteCount, long stream) {
    Objects.requireNonNull(pointer, "pointer");
    long address = pointer.address() + pointer.position() * pointer.sizeof();
    return new DeviceMemory(device, address, byteCount, stream, pointer);
  }

  /** Returns the block at an address that is good while {@code owner} is reachable. */
  public static DeviceMemory of(
      int device, long address, long byteCount, long stream, Object owner) {
    return new DeviceMemory(device, address, byteCount, stream, Objects.requireNonNull(owner));
  }

  /** Returns the driver's ordinal of the device. */
  public int device() {
    return device;
  }

  /** Returns the device address of the first byte. */
  public long address() {
    return address;
  }

  @Override
  public long byteCount() {
    return byteCount;
  }

  /** Returns the stream in which the memory is used. */
  public long stream() {
    return stream;
  }

  /** Says, for example, {@code 4096 bytes at 0x7f0000000000 of device 0}. */
  @Override
  public String toString() {
    String kept = owner == null ? "" : ", kept by " + owner.getClass().getSimpleName();
    return String.format(
        Locale.ROOT, "%d bytes at 0x%x of device %d%s", byteCount, address, device, kept);
  }
}
