package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that the driver sees. Loads JCuda at the first use. Safe for use by several threads.
 */
public final class Devices {
  private static final Logger log = LoggerFactory.getLogger(Devices.class);

  /** CUDA 12.0, the oldest that takes the kernels and all functions that are called. */
  private static final int OLDEST = 12_000;

  /** There is one driver in a process. */
  private static final AtomicReference<Devices> FOUND = new AtomicReference<>();

  private static final AtomicReference<@Nullable LinkageError> REASON = new AtomicReference<>();

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private static final RankedLock DRIVER = new RankedLock(Rank.DRIVER);

  private final RankedLock lock = new RankedLock(Rank.DEVICES);
  private final int version;
  private final AtomicReferenceArray<Device> open;

  private Devices(int version, int count) {
    this.version = version;
    this.open = new AtomicReferenceArray<>(count);
  }

  /**
   * The devices of this machine.
   *
   * @throws DeviceException if there is no driver, it is too old, or it has no device; the reason
   *     is logged once
   */
  public static Devices get() {
    Devices found = FOUND.get();
    if (found == null) {
      try {
        found = probe();
      } catch (DeviceException e) {
        if (!TOLD.getAndSet(true)) {
          log.info("No CUDA: {}", e.getMessage());
        }
        throw e;
      }
      FOUND.set(found);
    }
    return found;
  }

  private static Devices probe() {
    try {
      DRIVER.lock();
      return probeHere();
    } finally {
      DRIVER.unlock();
    }
  }

  private static Devices probeHere() {
    Devices other = FOUND.get();
    if (other != null) {
      return other;
    }
    try {
      DriverLibrary.load();
    } catch (LinkageError e) {
      throw new DeviceException("no CUDA driver: " + reason(e), e);
    }
    int version = Driver.version();
    if (version < OLDEST) {
      throw new DeviceException(
          "the CUDA driver is too old: it is of CUDA "
              + text(version)
              + ", and "
              + text(OLDEST)
              + " or later is needed");
    }
    int count;
    try {
      Driver.init();
      count = Driver.deviceCount();
    } catch (DeviceException e) {
      throw new DeviceException("no CUDA device: " + e.getMessage(), e);
    }
    if (count == 0) {
      throw new DeviceException("no CUDA device: the driver sees none");
    }
    return new Devices(version, count);
  }

  /** The first time says why; later the class is only found to be unusable. */
  private static String reason(LinkageError e) {
    REASON.compareAndSet(null, e);
    return text(REASON.get());
  }

  /** What the loader says of the library, of the many lines that JCuda's message has. */
  private static String text(LinkageError e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof NoClassDefFoundError && message.startsWith("jcuda")) {
      return "JCuda is not on the class path: add org.jcuda:jcuda and its natives";
    }
    int at = message.indexOf("libcuda.so");
    String rest = at < 0 ? message : message.substring(at);
    return rest.lines().findFirst().orElse(e.getClass().getName()).strip();
  }

  private static String text(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** Bytes of the memory of a device, without opening it. */
  public long memoryBytes(int ordinal) {
    return PoolDriver.memoryBytes(ordinal);
  }

  /** How many there are. */
  public int count() {
    return open.length();
  }

  /**
   * A device, opened at the first use and again after its context was lost.
   *
   * @throws IllegalArgumentException if there is none of this number
   * @throws DeviceException if it cannot be used
   */
  public Device device(int ordinal) {
    if (ordinal < 0 || ordinal >= count()) {
      throw new IllegalArgumentException(
          "device " + ordinal + ": the driver has devices 0.." + (count() - 1));
    }
    Device device = open.get(ordinal);
    return device == null || device.isLost() ? reopen(ordinal) : device;
  }

  private Device reopen(int ordinal) {
    try {
      lock.lock();
      Device device = open.get(ordinal);
      if (device == null || device.isLost()) {
        device = open(ordinal);
        open.set(ordinal, device);
      }
      return device;
    } finally {
      lock.unlock();
    }
  }

  private static Device open(int ordinal) {
    try {
      return Device.open(ordinal);
    } catch (DeviceException e) {
      throw LostContext.isMeantBy(e) ? LostContext.told("device " + ordinal, e) : e;
    }
  }

  /** The driver and its devices, for people; with the image of the kernels where it was loaded. */
  public String description() {
    StringJoiner text = new StringJoiner("; ", "driver " + text(version) + "; ", "");
    for (int ordinal = 0; ordinal < count(); ordinal++) {
      Device device = open.get(ordinal);
      text.add(
          device == null
              ? "device " + ordinal + " " + Driver.deviceName(ordinal)
              : device.description());
    }
    return text.toString();
  }

  /** For tests: the next {@link #get} looks again. */
  static void forget() {
    FOUND.set(null);
    TOLD.set(false);
  }
}
