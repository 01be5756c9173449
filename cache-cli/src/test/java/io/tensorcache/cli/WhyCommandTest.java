package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.tensorcache.store.StoredRow;
import io.tensorcache.tensor.HostTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhyCommandTest {
  @TempDir Path directory;
  private Path store = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    store = SampleStore.fill(directory.resolve("cache"));
    file = directory.resolve("batch.npy");
    HostTensor batch = SampleStore.batch(30);
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (30, 100), }", batch);
  }

  /** As numpy would, but for the padding, which readers do not need. */
  private void write(String header, HostTensor tensor) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(new byte[] {(byte) (header.length() + 1), 0});
    out.write((header + "\n").getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = new byte[(int) tensor.spec().byteCount()];
    tensor.bytes().get(bytes);
    out.write(bytes);
    Files.write(file, out.toByteArray());
  }

  private Run row(int index, Object... more) {
    Object[] start = {"why", store, "--row", file, "--index", index, "--function", "net"};
    Object[] all = java.util.Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    return Run.here(all);
  }

  @Test
  void saysWhereAKeyIsStored() {
    StoredRow row = SampleStore.rows(store).get(3);
    Run run = Run.here("why", store, row.key()).assertCode(ExitCode.OK);
    assertTrue(run.out().contains(" in " + row.segment() + " at " + row.offset()), run.out());
    assertTrue(run.out().endsWith("a hit: it is sound\n"), run.out());
    JsonObject json = Run.here("why", store, row.key(), "--json").assertCode(ExitCode.OK).json();
    assertTrue(json.get("hit").getAsBoolean());
    JsonObject there = json.getAsJsonArray("rows").get(0).getAsJsonObject();
    assertEquals(row.fingerprint().toString(), there.get("fingerprint").getAsString());
  }

  @Test
  void saysWhyAKeyWouldBeAMiss() throws IOException {
    String unknown = "0123456789abcdef0123456789abcdef";
    Run run = Run.here("why", store, unknown).assertCode(ExitCode.FAILED);
    assertTrue(run.out().contains("a miss: no row has this key"), run.out());
    assertTrue(run.out().contains("rows of [head, net]"), run.out());
    StoredRow row = SampleStore.rows(store).get(3);
    SampleStore.damage(store, row);
    JsonObject json =
        Run.here("why", store, row.key(), "--json").assertCode(ExitCode.FAILED).json();
    assertTrue(json.get("stored").getAsBoolean());
    assertFalse(json.get("hit").getAsBoolean());
    assertTrue(json.get("reason").getAsString().contains("the row is damaged"), json.toString());
  }

  @Test
  void findsARowUnderEachFingerprint() {
    Run both = row(5).assertCode(ExitCode.OK);
    assertEquals(3, both.out().lines().count(), both.out());
    JsonObject json = row(5, "--fingerprint-version", "2", "--json").assertCode(ExitCode.OK).json();
    assertEquals("float32[100]", json.get("row").getAsString());
    assertEquals(2, json.getAsJsonArray("under").size());
    for (var each : json.getAsJsonArray("under")) {
      assertTrue(each.getAsJsonObject().get("stored").getAsBoolean(), json.toString());
    }
    String key = json.get("key").getAsString();
    Run.here("why", store, key).assertCode(ExitCode.OK);
  }

  @Test
  void saysThatTheFingerprintHasChanged() {
    String v1 = SampleStore.V1.digest().toString();
    JsonObject json = row(15, "--fingerprint", v1, "--json").assertCode(ExitCode.FAILED).json();
    assertTrue(json.get("stored").getAsBoolean());
    assertEquals(
        "the row is stored under ["
            + SampleStore.V2.digest()
            + "] only: the fingerprint has changed",
        json.get("reason").getAsString());
    Run other = row(5, "--fingerprint-version", "3").assertCode(ExitCode.FAILED);
    assertTrue(other.out().contains("the fingerprint has changed"), other.out());
  }

  @Test
  void saysWhatElseItMayBe() {
    Run never = row(25).assertCode(ExitCode.FAILED);
    assertTrue(
        never.out().contains("none of the 30 rows of the function has this key"), never.out());
    assertTrue(never.out().contains("shape (float32[100])"), never.out());
    Run version = row(25, "--fingerprint-version", "3").assertCode(ExitCode.FAILED);
    assertTrue(version.out().contains("no row has this fingerprint"), version.out());
    row(5, "--whole").assertCode(ExitCode.FAILED);
    row(5, "--samples", "3").assertCode(ExitCode.FAILED);
    row(5, "--algorithm", "torchcache").assertCode(ExitCode.FAILED);
    Run function =
        Run.here("why", store, "--row", file, "--index", "1", "--function", "x")
            .assertCode(ExitCode.FAILED);
    assertTrue(
        function.out().contains("no row of function \"x\", only of [head, net]"), function.out());
  }

  @Test
  void readsOneRowWithoutABatchAxis() throws IOException {
    HostTensor one = SampleStore.batch(1);
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (100,), }", one);
    Run.here("why", store, "--row", file, "--function", "net").assertCode(ExitCode.OK);
    write("{'descr': '<i4', 'fortran_order': False, 'shape': (100,), }", one);
    Run.here("why", store, "--row", file, "--function", "net").assertCode(ExitCode.FAILED);
    Run.here("why", store, "--row", file, "--function", "net", "--dtype", "f32")
        .assertCode(ExitCode.OK);
  }

  @Test
  void refusesWrongArguments() throws IOException {
    String key = "0".repeat(32);
    Run.here("why", store).assertRefused("name either a KEY or --row FILE");
    Run.here("why", store, key, "--row", file).assertRefused("either");
    Run.here("why", store, "123").assertRefused("32 hexadecimal digits");
    Run.here("why", store, "--row", file).assertRefused("--function is needed");
    Run.here("why", store, "--row", directory.resolve("no.npy"), "--function", "net")
        .assertRefused("no.npy is not a file");
    row(30).assertRefused("--index 30: the file holds float32[30, 100]");
    row(-1).assertRefused("--index -1");
    row(1, "--dtype", "f64").assertRefused("has elements of 4 bytes");
    row(1, "--samples", "0").assertRefused("samples");
    row(1, "--salt", file).assertRefused("bytes: 32 needed");
    row(1, "--salt", directory.resolve("none")).assertRefused("none is not a file");
    row(1, "--fingerprint", key, "--fingerprint-version", "1").assertRefused("exclude each other");
    Files.write(file, new byte[] {1, 2, 3});
    row(1).assertRefused("batch.npy is no .npy file");
  }
}
