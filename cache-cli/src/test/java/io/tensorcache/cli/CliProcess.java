package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    return start(Cli.class, environment, out, err, arguments);
  }

  private static Process start(
      Class<?> main,
      Map<String, String> environment,
      @Nullable File out,
      File err,
      Object... arguments)
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
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err);
    builder.redirectOutput(
        out == null ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.to(out));
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** What a run to its end left. Both streams are read as UTF-8. */
  static Run run(Map<String, String> environment, Object... arguments) throws Exception {
    return run(Cli.class, environment, null, arguments);
  }

  /**
   * What several commands left that ran in one JVM, in their order. Standard output may go to a
   * file; then none of them has any.
   */
  static List<Run> runEach(
      Map<String, String> environment, @Nullable File out, List<Object[]> commands)
      throws Exception {
    List<Object> arguments = new ArrayList<>();
    for (Object[] command : commands) {
      arguments.addAll(arguments.isEmpty() ? List.of() : List.of(SeveralCommands.THEN));
      arguments.addAll(List.of(command));
    }
    Run all = run(SeveralCommands.class, environment, out, arguments.toArray()).assertCode(0);
    String[] outs = all.out().split(SeveralCommands.END, -1);
    String[] errs = all.err().split(SeveralCommands.END, -1);
    assertEquals(2 * commands.size() + 1, errs.length, all.toString());
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < commands.size(); i++) {
      int code = Integer.parseInt(errs[2 * i + 1]);
      runs.add(new Run(code, out == null ? outs[i] : "", errs[2 * i]));
    }
    return runs;
  }

  private static Run run(
      Class<?> main, Map<String, String> environment, @Nullable File out, Object... arguments)
      throws Exception {
    Path err = Files.createTempFile("cli", ".err");
    try {
      Process process = start(main, environment, out, err.toFile(), arguments);
      process.getOutputStream().close();
      try (InputStream from = process.getInputStream()) { // empty where it goes to a file
        String text = new String(from.readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), text, Files.readString(err));
      }
    } finally {
      Files.delete(err);
    }
  }
}
