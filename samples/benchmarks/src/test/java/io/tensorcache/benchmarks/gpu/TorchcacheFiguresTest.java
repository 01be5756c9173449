package io.tensorcache.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchcacheFiguresTest {
  @TempDir private Path temporary;

  @Test
  void asksForTheSizesOfTheOtherFigures() {
    assertEquals(
        List.of("python3", "x.py", "cuda", "60", "32", "25600", "32", "3", "224", "224"),
        TorchcacheFigures.command(Path.of("x.py"), "cuda", new Sizes(1, 60)));
    assertEquals(
        List.of("python3", "x.py", "cuda", "2", "4", "25", "32", "150"),
        TorchcacheFigures.command(Path.of("x.py"), "cuda", new Sizes(1000, 2)));
  }

  @Test
  void readsFiguresAndRelatesItsHitToOurs() throws Exception {
    Program program = new Program(0, "a warning\nfigure keys_us 8.5\nfigure hit_us 30.0");
    assertEquals(
        Map.of("keys_us", 8.5, "hit_us", 30.0, "hit_per_ours", 12.0),
        TorchcacheFigures.values(program, 2.5));
  }

  @Test
  void saysWhyThereAreNoFigures() {
    assertReason("cannot import x", new Program(3, "a warning\ncannot import x"));
    assertReason(
        "failed with exit code 1: AssertionError: torchcache did not hit",
        new Program(1, "Traceback\nAssertionError: torchcache did not hit"));
    assertReason("no hit_us in what it printed: hello", new Program(0, "hello"));
    assertReason("no hit_us in what it printed: ", new Program(0, ""));
  }

  private static void assertReason(String reason, Program program) {
    NotMeasuredException e =
        assertThrows(NotMeasuredException.class, () -> TorchcacheFigures.values(program, 1));
    assertEquals(reason, e.getMessage());
  }

  /** On the CPU: what it is asked is there, and its hits are hits, which the script asserts. */
  @Test
  void theScriptMeasuresTheRealTorchcache() throws Exception {
    Path script = temporary.resolve("torchcache_gpu.py");
    TorchcacheFigures.copyTo(script);
    Program program;
    try {
      program =
          Program.run(
              TorchcacheFigures.command(script, "cpu", new Sizes(1000, 3)),
              temporary.resolve("out"));
    } catch (NotMeasuredException e) { // no python3
      program = new Program(3, String.valueOf(e.getMessage()));
    }
    assumeTrue(program.exitCode() != 3, "requirement 'python torchcache': " + program.lastLine());
    Map<String, Double> values = TorchcacheFigures.values(program, 1);
    assertEquals(values.get("hit_us"), values.get("hit_per_ours"));
    assertTrue(values.get("keys_us") > 0, values.toString());
    assertTrue(values.get("rows_confused") >= 0, values.toString());
  }
}
