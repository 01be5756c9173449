package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files one store keeps open: an eighth of what the process may. */
final class DescriptorLimit {
  private static final int MOST = 1024;
  private static final int UNKNOWN = 128;
  private static final int FEWEST = 8;

  private DescriptorLimit() {}

  static int filesOfOneStore() {
    return of(limits());
  }

  /** From the text of {@code /proc/self/limits}. */
  static int of(String limits) {
    for (String line : limits.split("\n")) {
      if (line.startsWith("Max open files")) {
        String soft = line.substring("Max open files".length()).strip().split(" ")[0];
        try {
          return (int) Math.max(FEWEST, Math.min(MOST, Long.parseLong(soft) / 8));
        } catch (NumberFormatException e) {
          return soft.equals("unlimited") ? MOST : UNKNOWN;
        }
      }
    }
    return UNKNOWN;
  }

  private static String limits() {
    try {
      return Files.readString(Path.of("/proc/self/limits"), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return ""; // no Linux
    }
  }
}
