package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.util.Set;

/** The results of the driver after which a context does not come back. Stateless. */
final class LostContext {
  private static final int IS_DESTROYED = 709;

  /** Destroyed, or a kernel of anyone failed. */
  private static final Set<Integer> CODES =
      Set.of(4, 201, 214, 220, 226, 700, 702, IS_DESTROYED, 710, 714, 715, 716, 717, 718, 719, 999);

  private LostContext() {}

  static boolean isMeantBy(DeviceException e) {
    return CODES.contains(e.code());
  }

  /** What the driver says where the context is no longer the one that it was. */
  static DeviceException destroyed() {
    return new DeviceException("CUDA_ERROR_CONTEXT_IS_DESTROYED (709)", IS_DESTROYED);
  }

  /** This failure with the device it is about, and what its user can do. */
  static DeviceException told(String device, DeviceException e) {
    if (e.getCause() instanceof DeviceException) {
      return e; // told already
    }
    return new DeviceException(
        device
            + " is lost, with all that lay in its memory ("
            + e.getMessage()
            + "): load the tensors again, there or in host memory, or restart the program if the"
            + " device stays lost",
        e);
  }
}
