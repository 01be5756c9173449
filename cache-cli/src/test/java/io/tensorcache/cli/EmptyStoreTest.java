package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is there and holds no row. */
class EmptyStoreTest {
  @TempDir private Path directory;
  private Path store = Path.of("");

  @BeforeEach
  void clear() {
    store = SampleStore.fill(directory.resolve("cache"));
    Run.here("clear", store, "--yes").assertCode(ExitCode.OK);
  }

  @Test
  void lsSaysThatThereAreNoRows() {
    assertEquals(new Run(ExitCode.OK, "no rows\n", ""), Run.here("ls", store));
    assertEquals(new Run(ExitCode.OK, "no rows\n", ""), Run.here("ls", store, "--rows"));
    JsonObject json = Run.here("ls", store, "--json").assertCode(ExitCode.OK).json();
    assertTrue(json.getAsJsonArray("functions").isEmpty());
    json = Run.here("ls", store, "--rows", "--json").assertCode(ExitCode.OK).json();
    assertTrue(json.getAsJsonArray("rows").isEmpty());
    assertTrue(json.getAsJsonArray("problems").isEmpty());
  }

  @Test
  void duDividesByNothing() {
    Run run = Run.here("du", store).assertCode(ExitCode.OK);
    assertFalse(run.out().contains("NaN") || run.out().contains("∞"), run.out());
    JsonObject json = Run.here("du", store, "--json").assertCode(ExitCode.OK).json();
    assertEquals(0, json.getAsJsonArray("functions").size());
    assertEquals(
        json.get("bytes").getAsLong(),
        json.get("segment_bytes").getAsLong()
            + json.get("index_bytes").getAsLong()
            + json.get("removed_list_bytes").getAsLong());
  }

  @Test
  void statsAreOneLine() {
    Run run = Run.here("stats", store).assertCode(ExitCode.OK);
    assertTrue(run.out().startsWith("0 rows in "), run.out());
    assertEquals(1, run.out().lines().count(), run.out());
    JsonObject json = Run.here("stats", store, "--json").json();
    assertEquals(0, json.get("rows").getAsLong());
    assertTrue(json.getAsJsonArray("kinds").isEmpty());
  }

  @Test
  void isSound() {
    Run run = Run.here("verify", store).assertCode(ExitCode.OK);
    assertEquals("ok: 0 rows sound (0 B), 0 corrupt, 0 unreadable\n", run.out());
    Run.here("doctor", store).assertCode(ExitCode.OK);
  }

  @Test
  void nothingIsLeftToRemove() {
    String nothing = "would remove 0 rows (0 B)\n";
    assertEquals(nothing, Run.here("clear", store, "--yes").assertCode(ExitCode.OK).out());
    assertEquals(nothing, Run.here("prune", store, "--older-than", "0s", "--yes").out());
    Run asked = Run.answering("yes\n", "clear", store).assertCode(ExitCode.OK);
    assertEquals("", asked.err(), "there is nothing to ask about");
  }

  @Test
  void hasNothingToExport() {
    Path to = directory.resolve("to");
    Run.here("export", store, to, "--function", "net").assertRefused("has no row of function");
    assertFalse(Files.exists(to));
  }

  @Test
  void aKeyIsAMiss() {
    Run run = Run.here("why", store, "0".repeat(32)).assertCode(ExitCode.FAILED);
    assertTrue(run.out().contains("the store has rows of []"), run.out());
  }
}
