package io.tensorcache.internal.key;

import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.internal.device.Devices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The back end that was taken, and why.
 *
 * @param backend JAVA, NATIVE or CUDA, for host memory
 * @param hasher what hashes
 * @param description for people, for example {@code NATIVE (avx2)}
 */
record ChosenBackend(KeyBackend backend, RowHasher hasher, String description) {
  private static final Logger log = LoggerFactory.getLogger(ChosenBackend.class);

  /**
   * Takes what is wanted; AUTO takes the native library if there is one that gives right answers,
   * else Java, and logs which and why.
   *
   * @throws NativeLibraryException if NATIVE is wanted and cannot be had
   * @throws io.tensorcache.error.DeviceException if CUDA is wanted and cannot be had
   */
  static ChosenBackend choose(
      KeyBackend wanted, HasherSource nativeSource, DeviceHashers devices, KeyMaterial material) {
    return switch (wanted) {
      case JAVA -> java(material, "as configured");
      case NATIVE -> of(nativeSource.openTested(material));
      case CUDA -> {
        CudaRowHasher hasher = devices.of(0);
        String devicesFound = Devices.get().description();
        yield new ChosenBackend(KeyBackend.CUDA, hasher, "CUDA (" + devicesFound + ")");
      }
      case AUTO -> automatic(nativeSource, material);
    };
  }

  private static ChosenBackend automatic(HasherSource nativeSource, KeyMaterial material) {
    ChosenBackend chosen;
    try {
      chosen = of(nativeSource.openTested(material));
      log.info("Keys are computed by {}: the fastest back end here", chosen.description());
    } catch (NativeLibraryException e) {
      chosen = java(material, e.getMessage());
      log.info("Keys are computed by {}", chosen.description());
    }
    return chosen;
  }

  private static ChosenBackend of(RowHasher hasher) {
    return new ChosenBackend(KeyBackend.NATIVE, hasher, hasher.name());
  }

  private static ChosenBackend java(KeyMaterial material, String reason) {
    HasherSource source = JavaRowHasher::new;
    RowHasher hasher = source.openTested(material);
    return new ChosenBackend(KeyBackend.JAVA, hasher, hasher.name() + " (" + reason + ")");
  }
}
