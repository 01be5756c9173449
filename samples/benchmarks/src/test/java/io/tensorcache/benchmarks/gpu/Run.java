package io.tensorcache.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a run of {@link BenchGpu} left.
 *
 * @param exitCode of the process
 * @param out standard output
 * @param err standard error
 */
record Run(int exitCode, String out, String err) {
  /** Runs in this JVM. */
  static Run here(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        BenchGpu.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** Runs in a JVM of its own: one takes a driver and a libtorch once. */
  static Run forked(
      Map<String, String> environment, Path temporary, String classPath, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // it ends soon
    command.add("-Djava.io.tmpdir=" + temporary);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add(
        "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir"));
    command.addAll(List.of("-cp", classPath, BenchGpu.class.getName()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("bench", ".out");
    Path err = Files.createTempFile("bench", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().put("OMP_NUM_THREADS", "1"); // as samples/run does it
      builder.environment().put("OPENBLAS_NUM_THREADS", "1");
      builder.environment().putAll(environment);
      int exitCode = builder.start().waitFor();
      return new Run(exitCode, Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** The one JSON object on standard output, and nothing else; the exit code is 0. */
  JsonObject json() {
    assertEquals(0, exitCode, toString());
    assertEquals(1, out.lines().count(), out);
    return JsonParser.parseString(out).getAsJsonObject();
  }

  /** Asserts that the arguments were refused in one line that says this. */
  void assertRefused(String reason) {
    assertEquals(2, exitCode, toString());
    assertEquals("", out);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains(reason), err);
  }
}
