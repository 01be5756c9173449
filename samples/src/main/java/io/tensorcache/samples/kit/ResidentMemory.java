package io.tensorcache.samples.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The largest resident memory of this process among the moments it was sampled at. Reads {@code
 * /proc/self/status}; 0 where there is none. Confined to one thread.
 */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private long peakBytes;

  /** Looks once. */
  public void sample() {
    peakBytes = Math.max(peakBytes, nowBytes());
  }

  /** The largest sample. */
  public long peakBytes() {
    return peakBytes;
  }

  private static long nowBytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
