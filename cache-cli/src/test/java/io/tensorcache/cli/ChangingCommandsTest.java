package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** prune, clear, export, import. */
class ChangingCommandsTest {
  @TempDir Path directory;
  private Path store = Path.of("");

  @BeforeEach
  void fill() {
    store = SampleStore.fill(directory.resolve("cache"));
  }

  private long rows() {
    return SampleStore.rows(store).size();
  }

  @Test
  void pruneShowsBeforeItDoes() throws IOException {
    Map<String, Long> files = SampleStore.files(directory);
    Run shown = Run.here("prune", store, "--function", "net").assertCode(ExitCode.OK);
    assertTrue(shown.out().startsWith("would remove 30 rows ("), shown.out());
    JsonObject json = Run.here("prune", store, "--function", "net", "--json").json();
    assertFalse(json.get("removed").getAsBoolean());
    assertEquals(30, json.get("rows").getAsLong());
    assertEquals(files, SampleStore.files(directory), "nothing was changed");
    long bytes = json.get("bytes").getAsLong();
    json = Run.here("prune", store, "--function", "net", "--json", "--yes").json();
    assertTrue(json.get("removed").getAsBoolean());
    assertEquals(30, json.get("rows").getAsLong());
    assertEquals(bytes, json.get("bytes").getAsLong());
    assertEquals(5, rows());
    Run none = Run.here("prune", store, "--function", "net", "--yes").assertCode(ExitCode.OK);
    assertEquals("would remove 0 rows (0 B)\n", none.out());
  }

  @Test
  void pruneAsksAPerson() {
    String question = "Remove 5 rows (";
    Run no = Run.answering("n\n", "prune", store, "--function", "head").assertCode(ExitCode.OK);
    assertTrue(no.err().contains(question), no.err());
    assertTrue(no.out().startsWith("would remove 5 rows"), no.out());
    Run silent = Run.answering("", "prune", store, "--function", "head").assertCode(ExitCode.OK);
    assertTrue(silent.out().startsWith("would remove 5 rows"), silent.out());
    assertEquals(35, rows());
    Run yes = Run.answering("yes\n", "prune", store, "--function", "head").assertCode(ExitCode.OK);
    assertTrue(yes.out().startsWith("removed 5 rows"), yes.out());
    assertEquals(30, rows());
  }

  @Test
  void prunesByFingerprintAndAge() {
    String v1 = SampleStore.V1.digest().toString();
    Run.here("prune", store, "--older-than", "1d", "--yes").assertCode(ExitCode.OK);
    assertEquals(35, rows());
    Run.here("prune", store, "--function", "net", "--except", v1, "--yes").assertCode(ExitCode.OK);
    assertEquals(15, rows());
    Run.here("prune", store, "--fingerprint", v1, "--yes").assertCode(ExitCode.OK);
    assertEquals(5, rows(), "a row stored as bfloat16 has a fingerprint that says so");
  }

  @Test
  void pruneRefusesWrongArguments() {
    String key = "0".repeat(32);
    Run.here("prune", store).assertRefused("name rows by --function");
    Run.here("prune", store, "--yes").assertRefused("clear removes all");
    Run.here("prune", store, "--fingerprint", key, "--except", key).assertRefused("exclude");
    Run.here("prune", store, "--fingerprint", "12").assertRefused("32 hexadecimal digits");
    Run.here("prune", store, "--older-than", "soon").assertRefused("age \"soon\"");
    Run.here("prune", store, "--older-than", "-1d").assertRefused("--older-than");
    assertEquals(35, rows());
  }

  @Test
  void clearShowsBeforeItDoes() {
    Run shown = Run.here("clear", store).assertCode(ExitCode.OK);
    assertTrue(shown.out().startsWith("would remove 35 rows"), shown.out());
    assertEquals(35, rows());
    JsonObject json = Run.here("clear", store, "--yes", "--json").assertCode(ExitCode.OK).json();
    assertEquals(35, json.get("rows").getAsLong());
    assertEquals(0, rows());
  }

  @Test
  void saysWhenAnotherProcessIsInTheWay() throws IOException {
    try (FileChannel file =
            FileChannel.open(store.resolve("store.lock"), StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      assertTrue(held.isValid());
      Run run = Run.here("clear", store, "--yes", "--json");
      run.assertFails(ExitCode.BUSY, "another process has kept store.lock locked");
      assertTrue(run.json().get("error").getAsString().contains("try again later"));
      Run.here("ls", store).assertCode(ExitCode.OK);
    }
    assertEquals(35, rows());
  }

  @Test
  void exportsAndImports() throws IOException {
    String v2 = SampleStore.V2.digest().toString();
    for (String format : new String[] {"npy", "safetensors"}) {
      Path to = directory.resolve("export-" + format);
      JsonObject json =
          Run.here(
                  "export",
                  store,
                  to,
                  "--function",
                  "net",
                  "--fingerprint",
                  v2,
                  "--format",
                  format,
                  "--json")
              .assertCode(ExitCode.OK)
              .json();
      assertEquals(20, json.get("rows").getAsLong());
      assertEquals(0, json.get("skipped").getAsLong());
      for (var file : json.getAsJsonArray("files")) {
        assertTrue(Files.isRegularFile(to.resolve(file.getAsString())));
      }
      Path other = directory.resolve("other-" + format + "/rows");
      Run.here("import", other, to).assertRefused("there is no store");
      Run run = Run.here("import", other, to, "--create", "--fingerprint", v2);
      assertEquals(
          "20 rows of net stored, 0 were there already\n", run.assertCode(ExitCode.OK).out());
      json = Run.here("import", other, to, "--json").assertCode(ExitCode.OK).json();
      assertEquals(20, json.get("present").getAsLong());
      assertEquals(0, json.get("rows").getAsLong());
      Run.here("verify", other).assertCode(ExitCode.OK);
    }
    Run text = Run.here("export", store, directory.resolve("e"), "--function", "head");
    assertTrue(text.assertCode(ExitCode.OK).out().startsWith("5 rows of head ("), text.out());
  }

  @Test
  void exportAndImportRefuseWhatIsWrong() throws IOException {
    Path to = directory.resolve("export");
    String v1 = SampleStore.V1.digest().toString();
    Run.here("export", store, to, "--function", "net").assertRefused("several fingerprints");
    Run.here("export", store, to, "--function", "none").assertRefused("has no row of function");
    Run.here("export", store, to).assertRefused("--function");
    Run.here("export", store, to, "--function", "net", "--format", "csv").assertRefused("--format");
    Run.here("export", store, "--function", "net").assertRefused("TO");
    Run.here("export", store, store, "--function", "head").assertRefused("is not empty");
    Run.here("export", store, to, "--function", "net", "--fingerprint", v1).assertCode(ExitCode.OK);
    Run.here("import", store, to, "--fingerprint", "0".repeat(32))
        .assertFails(ExitCode.FAILED, "its rows are of other weights");
    Run.here("import", store, to, "--function", "x").assertFails(ExitCode.FAILED, "where \"x\"");
    Run.here("import", store, directory).assertFails(ExitCode.FAILED, "holds no export");
    Run.here("import", store, to, "--limit", "lots").assertRefused("byte size \"lots\"");
    Run.here("import", store, to, "--limit", "1KiB").assertRefused("at least 1 MiB");
    Path rows = to.resolve("rows.npy");
    byte[] bytes = Files.readAllBytes(rows);
    bytes[bytes.length - 1] ^= 1;
    Files.write(rows, bytes);
    Run.here("import", store, to).assertFails(ExitCode.FAILED, "its digest differs");
    assertEquals(35, rows());
  }

  @Test
  void exportLeavesDamagedRowsOutAndFails() throws IOException {
    SampleStore.damage(
        store,
        SampleStore.rows(store).stream()
            .filter(row -> row.function().equals("head"))
            .findFirst()
            .orElseThrow());
    Run run = Run.here("export", store, directory.resolve("e"), "--function", "head", "--json");
    assertEquals(4, run.assertCode(ExitCode.FAILED).json().get("rows").getAsLong());
    assertEquals(1, run.json().get("skipped").getAsLong());
  }
}
