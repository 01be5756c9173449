package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FirstCacheTest {
  /** As {@code samples/run first} does it. */
  @Test
  @Tag("fork")
  void computesInTheFirstEpochOnly() throws Exception {
    Run run =
        Run.forked(
            List.of(), System.getProperty("java.class.path"), "io.tensorcache.samples.FirstCache");
    assertEquals(0, run.exitCode(), run.toString());
    List<String> lines = run.out().lines().toList();
    assertTrue(lines.get(2).startsWith("epoch 3: "), run.out());
    assertTrue(run.out().contains("served 512 of 768 rows"), run.out());
  }
}
