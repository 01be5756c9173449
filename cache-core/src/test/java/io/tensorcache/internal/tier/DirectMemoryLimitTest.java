package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In a JVM of its own, whose direct memory is bounded. */
@Tag("slow")
class DirectMemoryLimitTest {
  /** The child: prints the error it gets, which must leave nothing behind. */
  public static void main(String[] args) {
    try (TiersFixture tooLarge = TiersFixture.evicting(0, 64L * TiersFixture.MIB)) {
      System.out.println("allocated " + tooLarge.use());
    } catch (IllegalArgumentException e) {
      System.out.println("refused: " + e.getMessage());
    }
    try (TiersFixture fits = TiersFixture.evicting(0, 4L * TiersFixture.MIB)) {
      System.out.println("then " + fits.store(1) + " " + fits.read(1));
    }
  }

  @Test
  void namesTheFlagWhenThePoolCannotBeAllocated() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:MaxDirectMemorySize=16m",
                "-cp",
                System.getProperty("java.class.path"),
                DirectMemoryLimitTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child ends");
    assertEquals(0, child.exitValue(), out);
    assertTrue(out.contains("refused: an off-heap tier of 64 MiB"), out);
    assertTrue(out.contains("-XX:MaxDirectMemorySize"), out);
    assertTrue(out.contains("then OFF_HEAP OFF_HEAP_HIT"), out);
  }
}
