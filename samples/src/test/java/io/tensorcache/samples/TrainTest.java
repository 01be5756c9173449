package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.samples.digits.Digits;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs for one's own start, on the first digits only. */
class TrainTest {
  private static final String DIGITS = "data/digits.csv.gz";
  private static final int TRAINING = 80;
  private static final int HELD_OUT = 20;

  @TempDir private Path directory;

  /** Their class path, on which a file of fewer digits comes first. */
  private String classPath() throws IOException {
    Path few = directory.resolve(DIGITS);
    Files.createDirectories(few.getParent());
    try (BufferedReader all =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Digits.class.getResourceAsStream("/" + DIGITS)),
                    StandardCharsets.US_ASCII));
        Writer out =
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(few)), StandardCharsets.US_ASCII)) {
      for (int i = 0; i < TRAINING + HELD_OUT; i++) {
        out.write(all.readLine() + "\n");
      }
    }
    return directory + File.pathSeparator + System.getProperty("java.class.path");
  }

  /** As {@code samples/run script} does it. */
  @Test
  @Tag("fork")
  void scriptTrainsOnCachedFeatures() throws Exception {
    String classPath = classPath();
    Run run =
        Run.forked(
            List.of("-XX:MaxDirectMemorySize=1g"),
            classPath,
            "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
            "-no-stdlib",
            "-no-reflect",
            "-cp",
            classPath,
            "-script",
            "scripts/train.main.kts",
            "2");
    assertTrained(run);
  }

  /** As {@code samples/run train} does it: the same program in Java. */
  @Test
  @Tag("fork")
  void javaTrainsAsTheScriptDoes() throws Exception {
    assertTrained(
        Run.forked(
            List.of("-XX:MaxDirectMemorySize=1g"),
            classPath(),
            "io.tensorcache.samples.Train",
            "2"));
  }

  private static void assertTrained(Run run) {
    assertEquals(0, run.exitCode(), run.toString());
    List<String> lines = run.out().lines().toList();
    assertTrue(
        lines.get(0).startsWith("epoch 1: ") && lines.get(0).endsWith("hit rate 0 %"), run.out());
    assertTrue(
        lines.get(1).startsWith("epoch 2: ") && lines.get(1).endsWith("hit rate 100 %"), run.out());
    String served = "served " + TRAINING + " of " + (2 * TRAINING + HELD_OUT) + " rows";
    assertTrue(run.out().contains(served), run.out());
  }
}
