package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TrainTest {
  /** As {@code samples/run script} does it. */
  @Test
  @Tag("fork")
  void scriptTrainsOnCachedFeatures() throws Exception {
    String classPath = System.getProperty("java.class.path");
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
            System.getProperty("java.class.path"),
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
    assertTrue(run.out().contains("served 1,438 of 3,235 rows"), run.out());
  }
}
