package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A function whose name would turn what stands beside it, end a JSON text, or leave a directory.
 */
class HostileNamesTest {
  private static final String NAME = "../a\u2066\"b\\\u202Ec";
  private static final String SHOWN = "../a\\u2066\"b\\\\u202ec";

  @TempDir private Path directory;
  private Path store = Path.of("");

  @BeforeEach
  void fill() {
    SampleStore.fillNamed(directory.resolve("cache"), NAME, 3);
    store = directory.resolve("cache/rows");
  }

  private static void assertTame(Run run) {
    String all = run.out() + run.err();
    assertTrue(
        all.codePoints()
            .allMatch(c -> c == '\n' || c >= ' ' && Character.getType(c) != Character.FORMAT),
        run.toString());
  }

  @Test
  void noCommandObeysIt() {
    String key = SampleStore.rows(store).get(0).key().toString();
    for (Object[] command :
        List.of(
            new Object[] {"ls", store},
            new Object[] {"ls", store, "--rows"},
            new Object[] {"du", store},
            new Object[] {"stats", store},
            new Object[] {"why", store, key})) {
      Run run = Run.here(command).assertCode(ExitCode.OK);
      assertTame(run);
      assertTrue(run.out().contains(SHOWN), run.out());
    }
  }

  @Test
  void jsonGivesItBackAsItIs() {
    for (String command : new String[] {"ls", "du"}) {
      Run run = Run.here(command, store, "--json").assertCode(ExitCode.OK);
      assertTame(run);
      JsonObject function = run.json().getAsJsonArray("functions").get(0).getAsJsonObject();
      assertEquals(NAME, function.get("function").getAsString());
    }
    Run rows = Run.here("ls", store, "--rows", "--json").assertCode(ExitCode.OK);
    assertTame(rows);
    JsonObject row = rows.json().getAsJsonArray("rows").get(0).getAsJsonObject();
    assertEquals(NAME, row.get("function").getAsString());
  }

  @Test
  void verifyShowsItTamedWhereARowIsDamaged() throws Exception {
    SampleStore.damage(store, SampleStore.rows(store).get(0));
    Run run = Run.here("verify", store).assertCode(ExitCode.FAILED);
    assertTame(run);
    assertTrue(run.out().contains(SHOWN), run.out());
  }

  @Test
  void itCanBeNamedAsItIs() {
    Run run = Run.here("prune", store, "--function", NAME).assertCode(ExitCode.OK);
    assertTrue(run.out().startsWith("would remove 3 rows"), run.out());
    assertEquals("no rows\n", Run.here("ls", store, "--function", SHOWN).out());
  }

  @Test
  void itTravelsThroughAnExport() {
    Path out = directory.resolve("out");
    Run exported = Run.here("export", store, out, "--function", NAME).assertCode(ExitCode.OK);
    assertTame(exported);
    assertFalse(Files.exists(out.resolve(NAME)), "it is no path");
    Path other = directory.resolve("other/rows");
    assertTame(Run.here("import", other, out, "--create", "--function", NAME));
    assertEquals(NAME, SampleStore.rows(other).get(0).function());
  }

  @Test
  void anErrorThatQuotesItIsOneLine() {
    Run run = Run.here("export", store, directory.resolve("to"), "--function", NAME + "!");
    run.assertRefused("has no row of function");
    assertTame(run);
  }

  /** As a shell makes them of {@code *}. */
  @Test
  void argumentsThatAreRefusedAreShownTamed() {
    String file = directory.resolve("a\u202Eb\u001b[2J").toString();
    Run key = Run.here("key", "--dtype", "f32", file);
    key.assertRefused("a\\u202eb\\u001b[2J is not a file");
    assertTame(key);
    Run listed = Run.here("ls", store, file);
    listed.assertCode(ExitCode.USAGE);
    assertTame(listed);
  }

  /** A file of that name was read, and what it holds taken for arguments. */
  @Test
  void aNameThatBeginsWithAnAtIsAName() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), store.toString());
    Run.here("ls", "@" + file).assertRefused("there is no store");
  }
}
