package io.tensorcache.benchmarks.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What another program said until it ended.
 *
 * @param exitCode of the process
 * @param text standard output and standard error
 */
record Program(int exitCode, String text) {
  private static final int MOST_MINUTES = 10;

  /**
   * Runs a program to its end.
   *
   * @param out a file for what it says
   * @throws NotMeasuredException if it cannot be started, or takes more than ten minutes
   */
  static Program run(List<String> command, Path out)
      throws NotMeasuredException, InterruptedException {
    String name = command.get(0);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        throw new NotMeasuredException(name + " was not done after " + MOST_MINUTES + " minutes");
      }
      return new Program(process.exitValue(), Files.readString(out).strip());
    } catch (IOException e) {
      throw new NotMeasuredException("no " + name + ": " + e.getMessage());
    }
  }

  /** Where a Python program says what was wrong. */
  String lastLine() {
    return text.lines().reduce("", (earlier, line) -> line);
  }

  /** The first line with {@code error}, as compilers have it, or else the first. */
  String firstError() {
    return text.lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .or(() -> text.lines().findFirst())
        .orElse("");
  }
}
