package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap that runs out, as in a program that catches that and goes on with smaller batches. */
class HeapRunsOutTest {
  @TempDir private Path directory;

  @Test
  void callsEndWithAValueOrOutOfMemoryAndNothingAcknowledgedIsLost() throws Exception {
    runsOut(3);
  }

  @Test
  @Tag("nightly")
  void theSameManyTimes() throws Exception {
    runsOut(60);
  }

  private void runsOut(int times) throws Exception {
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx40m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                // compiled code that keeps objects in registers may throw at any instruction where
                // there is no memory for them, also between a lock and the block that unlocks it
                "-XX:-EliminateAllocations",
                "-cp",
                System.getProperty("java.class.path"),
                HeapRunsOutProcess.class.getName(),
                directory.resolve("stores").toString(),
                Integer.toString(times))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean hasEnded = process.waitFor(900, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(hasEnded, said);
    assertEquals(0, process.exitValue(), said);
  }
}
