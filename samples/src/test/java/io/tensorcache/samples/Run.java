package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * What a run of the samples left.
 *
 * @param exitCode of the process
 * @param out standard output
 * @param err standard error
 */
public record Run(int exitCode, String out, String err) {
  /** Runs in this JVM. */
  public static Run here(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Samples.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = commands.execute(arguments);
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** Runs a main class in a JVM of its own, with the class path of this one. */
  public static Run forked(List<String> flags, String classPath, String... arguments)
      throws IOException, InterruptedException {
    return forked(Map.of(), flags, classPath, arguments);
  }

  /** The same with variables of the environment. */
  public static Run forked(
      Map<String, String> environment, List<String> flags, String classPath, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // it ends soon
    command.addAll(flags);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add(
        "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir"));
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile("samples", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
      builder.environment().put("OMP_NUM_THREADS", "1"); // as samples/run does it
      builder.environment().put("OPENBLAS_NUM_THREADS", "1");
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      try (InputStream out = process.getInputStream()) {
        String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), text, Files.readString(err));
      }
    } finally {
      Files.delete(err);
    }
  }

  /** The one JSON object on standard output, and nothing else; the exit code is 0. */
  public JsonObject json() {
    assertEquals(0, exitCode, toString());
    assertEquals(1, out.lines().count(), out);
    return JsonParser.parseString(out).getAsJsonObject();
  }

  /** Asserts that the arguments were refused in one line that says this, without a stack trace. */
  public void assertRefused(String reason) {
    assertEquals(2, exitCode, toString());
    assertEquals("", out);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains(reason), err);
    assertFalse(err.contains("Exception"), err);
  }
}
