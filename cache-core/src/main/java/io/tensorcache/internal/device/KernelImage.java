package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compiled kernels, as they were loaded: the fatbin if this build has one and it has code for
 * the device, else the PTX, which the driver compiles.
 *
 * @param name {@code fatbin} or {@code PTX}
 * @param module of the driver, in the context that was current
 */
record KernelImage(String name, long module) {
  private static final Logger log = LoggerFactory.getLogger(KernelImage.class);

  /**
   * Loads into the current context.
   *
   * @throws DeviceException if the driver takes neither
   */
  static KernelImage load() {
    return load(resource("tensorcache.fatbin"), resource("tensorcache.ptx"));
  }

  static KernelImage load(byte @Nullable [] fatbin, byte @Nullable [] ptx) {
    if (fatbin != null) {
      try {
        return new KernelImage("fatbin", Driver.loadModule(fatbin));
      } catch (DeviceException e) {
        log.info("The fatbin does not load, so the PTX is taken: {}", e.getMessage());
      }
    }
    if (ptx == null) {
      throw new DeviceException("this build of tensorcache has no CUDA kernels");
    }
    try {
      return new KernelImage("PTX", Driver.loadModule(Arrays.copyOf(ptx, ptx.length + 1)));
    } catch (DeviceException e) {
      throw new DeviceException(
          "the driver does not take the CUDA kernels: "
              + e.getMessage()
              + "; update the driver, or build with nvcc and -Dtc.cuda=on",
          e);
    }
  }

  private static byte @Nullable [] resource(String name) {
    try (InputStream in = KernelImage.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
