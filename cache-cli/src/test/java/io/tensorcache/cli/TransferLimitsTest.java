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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports and imports that go only part of the way, or not at all. */
class TransferLimitsTest {
  private static final int ROWS = 20;
  private static final int MANY = 4_000; // 1.6 MB

  @TempDir private Path directory;
  private Path store = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void export() {
    export("few", ROWS);
  }

  private void export(String name, int rows) {
    SampleStore.fillNamed(directory.resolve(name), "net", rows);
    store = directory.resolve(name).resolve("rows");
    out = directory.resolve(name + "-out");
    Run.here("export", store, out, "--function", "net").assertCode(ExitCode.OK);
  }

  /** What came before stays, and can be used. */
  @Test
  void anImportStopsAtTheLimitOfTheStore() {
    export("many", MANY);
    Path small = directory.resolve("small/rows");
    Run run = Run.here("import", small, out, "--create", "--limit", "1MiB", "--json");
    run.assertFails(ExitCode.FAILED, "tensorcache import: ");
    assertTrue(run.json().has("error"), run.out());
    int stored = SampleStore.rows(small).size();
    assertTrue(stored > 0 && stored < MANY, stored + " rows");
    Run.here("verify", small).assertCode(ExitCode.OK);
    JsonObject rest = Run.here("import", small, out, "--json").assertCode(ExitCode.OK).json();
    assertEquals(stored, rest.get("present").getAsInt());
    assertEquals(MANY - stored, rest.get("rows").getAsInt());
  }

  @Test
  void anImportWaitsForNobodyForLong() throws IOException {
    try (FileChannel file =
            FileChannel.open(store.resolve("store.lock"), StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      assertTrue(held.isValid());
      Run.here("prune", store, "--function", "net", "--yes")
          .assertFails(ExitCode.BUSY, "store.lock locked");
    }
    assertEquals(ROWS, SampleStore.rows(store).size());
  }

  @Test
  void createMakesTheDirectoriesAboveToo() {
    Path deep = directory.resolve("a/b/c/rows");
    Run.here("import", deep, out, "--create").assertCode(ExitCode.OK);
    assertEquals(ROWS, SampleStore.rows(deep).size());
  }

  @Test
  void aMissingFileOfTheExportIsNamed() throws IOException {
    Files.delete(out.resolve("rows.npy"));
    Path other = directory.resolve("other/rows");
    Run.here("import", other, out, "--create").assertFails(ExitCode.FAILED, "rows.npy");
    assertFalse(Files.exists(other.getParent()), "no store is left");
  }

  @Test
  void whatIsRefusedCreatesNoStore() throws IOException {
    Path other = directory.resolve("other/rows");
    Run.here("import", other, out, "--create", "--function", "head")
        .assertFails(ExitCode.FAILED, "where \"head\" was expected");
    Run.here("import", other, directory, "--create").assertFails(ExitCode.FAILED, "no export");
    Path rows = out.resolve("rows.npy");
    byte[] bytes = Files.readAllBytes(rows);
    bytes[bytes.length - 1] ^= 1;
    Files.write(rows, bytes);
    Run.here("import", other, out, "--create").assertFails(ExitCode.FAILED, "digest differs");
    assertFalse(Files.exists(other.getParent()), "no store is left");
  }

  @Test
  void anExportWritesIntoAnEmptyDirectoryThatIsThere() throws IOException {
    Path there = Files.createDirectory(directory.resolve("there"));
    Run.here("export", store, there, "--function", "net").assertCode(ExitCode.OK);
    assertTrue(Files.isRegularFile(there.resolve("rows.npy")));
  }

  @Test
  void anExportDoesNotWriteOverAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "mine");
    Run run = Run.here("export", store, file, "--function", "net");
    assertTrue(run.exitCode() != ExitCode.OK, run.toString());
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void anExportKnowsItsFingerprintAndNoOther() {
    Path to = directory.resolve("to");
    Run.here("export", store, to, "--function", "net", "--fingerprint", "0".repeat(32))
        .assertRefused("no row");
    assertFalse(Files.exists(to));
  }
}
