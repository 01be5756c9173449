package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.tensorcache.store.StoredRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ls, du, stats, verify, doctor: on a real store, and where there is none. */
class LookingCommandsTest {
  @TempDir Path directory;
  private Path store = Path.of("");

  @BeforeEach
  void fill() {
    store = SampleStore.fill(directory.resolve("cache"));
  }

  @Test
  void lsListsFunctions() {
    Run run = Run.here("ls", store).assertCode(ExitCode.OK);
    assertEquals(4, run.out().lines().count(), run.out());
    assertTrue(run.out().contains(SampleStore.V2.digest().toString()), run.out());
    JsonObject json = Run.here("ls", store, "--json").json();
    assertEquals(3, json.getAsJsonArray("functions").size());
    JsonObject net = json.getAsJsonArray("functions").get(1).getAsJsonObject();
    assertEquals("net", net.get("function").getAsString());
    assertEquals(
        30,
        net.get("rows").getAsLong()
            + json.getAsJsonArray("functions").get(2).getAsJsonObject().get("rows").getAsLong());
    json = Run.here("ls", store, "--json", "--function", "head").json();
    assertEquals(
        5, json.getAsJsonArray("functions").get(0).getAsJsonObject().get("rows").getAsLong());
    assertEquals("no rows\n", Run.here("ls", store, "--function", "none").out());
  }

  @Test
  void lsListsRows() {
    Run run = Run.here("ls", store, "--rows", "--function", "head").assertCode(ExitCode.OK);
    assertEquals(6, run.out().lines().count(), run.out());
    assertTrue(run.out().contains("float32[100] as bfloat16"), run.out());
    JsonObject json = Run.here("ls", store, "--rows", "--json").json();
    assertEquals(35, json.getAsJsonArray("rows").size());
    StoredRow first = SampleStore.rows(store).get(0);
    JsonObject row = json.getAsJsonArray("rows").get(0).getAsJsonObject();
    assertEquals(first.key().toString(), row.get("key").getAsString());
    assertEquals(first.offset(), row.get("offset").getAsLong());
    assertEquals("no rows\n", Run.here("ls", store, "--rows", "--function", "x").out());
  }

  @Test
  void lsOfADirectoryListsItsStores() {
    Run run = Run.here("ls", store.getParent()).assertCode(ExitCode.OK);
    assertTrue(run.out().contains("rows"), run.out());
    JsonObject json = Run.here("ls", store.getParent(), "--json").json();
    JsonObject only = json.getAsJsonArray("stores").get(0).getAsJsonObject();
    assertEquals("rows", only.get("store").getAsString());
    assertEquals(35, only.get("rows").getAsLong());
    assertEquals(3, only.get("functions").getAsLong());
  }

  @Test
  void duAddsUpToTheFiles() throws IOException {
    JsonObject json = Run.here("du", store, "--json").assertCode(ExitCode.OK).json();
    long files =
        SampleStore.files(store).entrySet().stream()
            .filter(file -> file.getKey().startsWith("seg-"))
            .mapToLong(Map.Entry::getValue)
            .sum();
    assertEquals(files, json.get("bytes").getAsLong());
    long functions = 0;
    for (var each : json.getAsJsonArray("functions")) {
      functions += each.getAsJsonObject().get("bytes").getAsLong();
    }
    assertEquals(
        json.get("segment_bytes").getAsLong(), functions + json.get("other_bytes").getAsLong());
    Run run = Run.here("du", store);
    assertTrue(run.out().contains("100.0 %"), run.out());
    assertTrue(run.out().contains("indexes"), run.out());
  }

  @Test
  void statsSayWhatRowsAreMadeOf() {
    JsonObject json = Run.here("stats", store, "--json").assertCode(ExitCode.OK).json();
    assertEquals(35, json.get("rows").getAsLong());
    assertEquals(3, json.getAsJsonArray("kinds").size());
    JsonObject head = json.getAsJsonArray("kinds").get(0).getAsJsonObject();
    assertEquals("float32[100] as bfloat16", head.get("outputs").getAsString());
    assertEquals(5 * 400, head.get("raw_bytes").getAsLong());
    assertTrue(head.get("ratio").getAsDouble() > 1, "halved");
    assertEquals(5, head.getAsJsonObject("codecs").get("raw").getAsLong());
    Run run = Run.here("stats", store);
    assertTrue(run.out().startsWith("35 rows in 2 segments, "), run.out());
    assertEquals(5, run.out().lines().count(), run.out());
  }

  @Test
  void verifyFindsADamagedRow() throws IOException {
    Run sound = Run.here("verify", store).assertCode(ExitCode.OK);
    assertTrue(sound.out().startsWith("ok: 35 rows sound"), sound.out());
    assertTrue(Run.here("verify", store, "--json").json().get("ok").getAsBoolean());
    Map<String, Long> files = SampleStore.files(directory);
    StoredRow row = SampleStore.rows(store).get(7);
    SampleStore.damage(store, row);
    Run run = Run.here("verify", store).assertCode(ExitCode.FAILED);
    assertTrue(run.out().startsWith("NOT OK: 34 rows sound"), run.out());
    assertTrue(run.out().contains(row.key() + " of "), run.out());
    JsonObject json = Run.here("verify", store, "--json").assertCode(ExitCode.FAILED).json();
    assertFalse(json.get("ok").getAsBoolean());
    assertEquals(1, json.get("corrupt").getAsLong());
    JsonObject bad = json.getAsJsonArray("bad_rows").get(0).getAsJsonObject();
    assertEquals(row.key().toString(), bad.get("key").getAsString());
    assertEquals(row.offset(), bad.get("offset").getAsLong());
    assertEquals(files, SampleStore.files(directory), "verifying changes nothing");
  }

  @Test
  void saysWhichFileCannotBeUsed() throws IOException {
    Path segment = store.resolve(SampleStore.rows(store).get(0).segment() + ".tcs");
    Files.write(segment, new byte[64]);
    Run run = Run.here("ls", store).assertCode(ExitCode.OK);
    assertTrue(run.err().contains("is no segment file: it is ignored"), run.err());
    JsonObject json = Run.here("verify", store, "--json").assertCode(ExitCode.FAILED).json();
    assertEquals(1, json.getAsJsonArray("problems").size());
    json = Run.here("doctor", store, "--json").assertCode(ExitCode.FAILED).json();
    assertFalse(json.get("ok").getAsBoolean());
  }

  @Test
  void whatCannotBeReadIsNoSuccess() throws IOException {
    Path segment = store.resolve(SampleStore.rows(store).get(0).segment() + ".tcs");
    Path link = store.resolve("seg-00000000000000aa-0.tcs");
    Files.createSymbolicLink(link, segment);
    for (String command : List.of("ls", "ls --rows", "du", "stats", "verify", "clear")) {
      Object[] words = (command + " " + store).split(" ");
      Run run = Run.here(words).assertCode(ExitCode.FAILED);
      assertTrue((run.out() + run.err()).contains("is a link"), run.toString());
    }
    String key = SampleStore.rows(store).get(0).key().toString();
    Run.here("why", store, key).assertCode(ExitCode.FAILED);
    Run.here("export", store, directory.resolve("to"), "--function", "head")
        .assertCode(ExitCode.FAILED);
    Files.delete(link);
    Run.here("why", store, key).assertCode(ExitCode.OK);
  }

  /** Never more than a row is held for the answer. */
  @Test
  void rowsArePrintedAsTheyAreVisited() {
    for (String form : List.of("--json", "--rows")) {
      int[] largest = new int[2]; // of one print, prints
      java.io.Writer counting =
          new java.io.Writer() {
            @Override
            public void write(char[] text, int from, int length) {
              largest[0] = Math.max(largest[0], length);
              largest[1]++;
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          };
      int code =
          Cli.commandLine(new Terminal(false, java.io.Reader.nullReader()))
              .setOut(new java.io.PrintWriter(counting))
              .execute(
                  "ls",
                  store.toString(),
                  "--rows",
                  form.equals("--rows") ? "--function=net" : form);
      assertEquals(ExitCode.OK, code);
      assertTrue(largest[0] < 1000 && largest[1] > 20, largest[0] + ", " + largest[1]);
    }
  }

  @Test
  void doctorLooksAtKeysAndTheStore() {
    Run run = Run.here("doctor", store).assertCode(ExitCode.OK);
    for (String part :
        new String[] {
          "keys java    ok, JAVA", "store        ok, 35 rows in 2 segments", "the owner only"
        }) {
      assertTrue(run.out().contains(part), run.out());
    }
    JsonObject json = Run.here("doctor", "--json").assertCode(ExitCode.OK).json();
    assertTrue(json.get("ok").getAsBoolean());
    assertTrue(json.getAsJsonArray("checks").size() >= 6);
    run = Run.here("doctor", directory.resolve("none")).assertCode(ExitCode.FAILED);
    assertTrue(run.out().contains("there is no store"), run.out());
  }

  @Test
  void everyCommandRefusesAStoreThatIsNotThere() throws IOException {
    Path none = directory.resolve("cache/none");
    for (String[] command :
        new String[][] {
          {"ls"},
          {"ls", "--rows"},
          {"du"},
          {"stats"},
          {"verify"},
          {"clear"},
          {"clear", "--yes"},
          {"prune", "--function", "f"},
          {"prune", "--function", "f", "--yes"}
        }) {
      Object[] all = new Object[command.length + 1];
      System.arraycopy(command, 0, all, 0, command.length);
      all[command.length] = none;
      Run.here(all).assertRefused("there is no store " + none);
    }
    JsonObject json = Run.here("verify", none, "--json").assertCode(ExitCode.USAGE).json();
    assertTrue(json.get("error").getAsString().contains("there is no store"));
    assertFalse(Files.exists(none), "nothing was created");
    Files.createDirectories(none);
    Run.here("ls", none).assertRefused("is not a store");
    Run.here("ls", "/").assertRefused("is no directory of a store");
    Run.here("ls", directory.resolve("cache/-x")).assertRefused("store name \"-x\"");
    Run.here("ls").assertRefused("STORE");
    Run.here("lsx", none).assertRefused("lsx");
    Run.here("verify", store, "--quick").assertRefused("--quick");
    Run.here("du", store, store).assertRefused("Unmatched argument");
  }

  @Test
  void helpNamesEveryCommandAndOption() {
    Run run = Run.here("--help").assertCode(ExitCode.OK);
    for (String command :
        List.of(
            "ls", "du", "stats", "verify", "prune", "clear", "export", "import", "why", "key",
            "doctor")) {
      assertTrue(run.out().contains("\n  " + command + " "), run.out());
      Run help = Run.here(command, "--help").assertCode(ExitCode.OK);
      assertTrue(help.out().startsWith("Usage: tensorcache " + command + " "), help.out());
      assertEquals(!command.equals("key"), help.out().contains("--json"), help.out());
      assertTrue(help.out().lines().allMatch(line -> line.length() <= 100), help.out());
    }
    assertTrue(run.out().contains("Exit code: 0 ok, 1 a check failed, 2 usage, 3"), run.out());
    assertEquals(run.out(), Run.here().out());
    String prune = Run.here("prune", "--help").out();
    for (String option :
        List.of("--function", "--fingerprint", "--except", "--older-than", "--yes")) {
      assertTrue(prune.contains(option), prune);
    }
  }
}
