package io.tensorcache.cli;

import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs of the command line in a JVM of its own, as from a shell. */
final class CliProcess {
  /** Makes the process believe that a person looks at it. */
  static final String AT_A_TERMINAL = "TESTS_AT_A_TERMINAL";

  private CliProcess() {}

  /** The process, whose standard error goes to a file. Says nothing of the file's encoding. */
  static Process start(
      Map<String, String> environment, @Nullable File out, File err, Object... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    if (environment.containsKey(AT_A_TERMINAL)) {
      command.add("-Dtensorcache.terminal=true");
    }
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cli.class.getName()));
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err);
    builder.redirectOutput(
        out == null ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.to(out));
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** What a run to its end left. Both streams are read as UTF-8. */
  static Run run(Map<String, String> environment, Object... arguments) throws Exception {
    Path err = Files.createTempFile("cli", ".err");
    try {
      Process process = start(environment, null, err.toFile(), arguments);
      process.getOutputStream().close();
      try (InputStream out = process.getInputStream()) {
        String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), text, Files.readString(err));
      }
    } finally {
      Files.delete(err);
    }
  }
}
