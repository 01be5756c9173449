package io.tensorcache.internal.key;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.Device;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The back ends of all devices for some key material, each opened and tested at its first use. Safe
 * for use by several threads.
 */
final class DeviceHashers {
  private static final Logger log = LoggerFactory.getLogger(DeviceHashers.class);

  private static final int FIRST_IMAGE_ERROR = 200;
  private static final int FIRST_HANDLE_ERROR = 400;

  private final KeyMaterial material;
  private final RankedLock lock = new RankedLock(Rank.DEVICE_HASHERS);
  private final Map<Integer, CudaRowHasher> open = new ConcurrentHashMap<>();
  private final Map<Integer, DeviceException> refused = new ConcurrentHashMap<>();

  DeviceHashers(KeyMaterial material) {
    this.material = material;
  }

  /**
   * The hasher of a device. Kernels that were refused stay refused for this instance.
   *
   * @throws DeviceException if the device cannot be used, its kernels cannot be loaded or they give
   *     wrong keys
   * @throws IllegalArgumentException if there is no such device
   */
  CudaRowHasher of(int ordinal) {
    Device device = Devices.get().device(ordinal);
    CudaRowHasher hasher = open.get(ordinal);
    return hasher == null || !hasher.isOf(device) ? reopen(ordinal, device) : hasher;
  }

  private CudaRowHasher reopen(int ordinal, Device device) {
    try {
      lock.lock();
      CudaRowHasher hasher = open.get(ordinal);
      if (hasher != null && hasher.isOf(device)) {
        return hasher;
      }
      DeviceException reason = refused.get(ordinal);
      if (reason != null) {
        throw reason;
      }
      try {
        hasher = CudaRowHasher.openTested(device, material);
      } catch (DeviceException e) {
        if (!device.isLost() && isForGood(e.code())) {
          refused.put(ordinal, e);
        }
        throw e;
      }
      open.put(ordinal, hasher);
      log.info("Keys of tensors on device {} are computed by {}", ordinal, hasher.name());
      return hasher;
    } finally {
      lock.unlock();
    }
  }

  /** True for wrong keys and images that do not load; false for lack of memory, for example. */
  private static boolean isForGood(int code) {
    return code == 0 || code >= FIRST_IMAGE_ERROR && code < FIRST_HANDLE_ERROR;
  }

  /** Why the kernels of a device are not used; empty if they are, or were not tried. */
  String refusal(int ordinal) {
    DeviceException reason = refused.get(ordinal);
    return reason == null ? "" : String.valueOf(reason.getMessage());
  }
}
