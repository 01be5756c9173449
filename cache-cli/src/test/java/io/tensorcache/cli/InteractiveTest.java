package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Who is asked, and what is told meanwhile. */
@Isolated("standard error is that of the JVM")
class InteractiveTest {
  @TempDir private Path directory;
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path store = Path.of("");

  @BeforeEach
  void fill() {
    store = SampleStore.fill(directory.resolve("cache"));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(before);
  }

  private String seen() {
    System.err.flush();
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aPersonIsNotAskedBesideJson() {
    Run run = Run.answering("yes\n", "clear", store, "--json").assertCode(ExitCode.OK);
    assertFalse(run.json().get("removed").getAsBoolean());
    assertEquals("", run.err());
    assertEquals(35, SampleStore.rows(store).size());
  }

  @Test
  void whoSaysYesIsNotAsked() {
    Run run = Run.answering("no\n", "clear", store, "--yes").assertCode(ExitCode.OK);
    assertEquals("", run.err());
    assertEquals(0, SampleStore.rows(store).size());
  }

  @Test
  void plainLinesSayWhatWasReachedAndNoStep() {
    try (Progress lines = Progress.of(false, "training", 10)) {
      lines.step();
      lines.to(7);
      assertEquals("", seen());
      lines.say("brief", "epoch 1 is done");
    }
    assertEquals("training: epoch 1 is done" + System.lineSeparator(), seen());
  }
}
