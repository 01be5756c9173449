package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of one store. */
class StoreHealthTest {
  @TempDir private Path directory;
  private Path store = Path.of("");

  @BeforeEach
  void fill() {
    store = SampleStore.fill(directory.resolve("cache"));
  }

  private static JsonObject check(Run run, String name) {
    for (JsonElement each : run.json().getAsJsonArray("checks")) {
      if (each.getAsJsonObject().get("name").getAsString().equals(name)) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("no check " + name + " in " + run);
  }

  private Run doctor() {
    return Run.here("doctor", store, "--json");
  }

  @Test
  void saysWhereItLiesAndWhoMayReadIt() {
    Run run = doctor().assertCode(ExitCode.OK);
    assertEquals("ok, the owner only", check(run, "permissions").get("found").getAsString());
    assertTrue(check(run, "disk").get("found").getAsString().endsWith(" free"), run.out());
    assertEquals("yes", check(run, "writable").get("found").getAsString());
  }

  @Test
  void findsAStoreThatIsOpenToOthers() throws IOException {
    for (String open : new String[] {"rwxr-x---", "rwx---r--", "rwx-w----"}) {
      Files.setPosixFilePermissions(store, PosixFilePermissions.fromString(open));
      Run run = doctor().assertCode(ExitCode.FAILED);
      JsonObject found = check(run, "permissions");
      assertFalse(found.get("ok").getAsBoolean());
      assertEquals(
          store + " is open to other users: chmod 700 it", found.get("found").getAsString());
    }
    Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
    doctor().assertCode(ExitCode.OK);
  }

  @Test
  void namesEachFileThatIsWrong() throws IOException {
    Path segment = store.resolve(SampleStore.rows(store).get(0).segment() + ".tcs");
    Files.write(segment, new byte[64]);
    Run run = doctor().assertCode(ExitCode.FAILED);
    assertTrue(check(run, "store").get("found").getAsString().startsWith("NOT OK, "), run.out());
    assertTrue(
        check(run, "").get("found").getAsString().contains("is no segment file: it is ignored"),
        run.out());
  }

  /** Doctor does not read rows: that is what verify is for. */
  @Test
  void leavesDamageInsideARowToVerify() throws IOException {
    SampleStore.damage(store, SampleStore.rows(store).get(2));
    doctor().assertCode(ExitCode.OK);
    Run.here("verify", store).assertCode(ExitCode.FAILED);
  }

  @Test
  void refusesWhatCannotBeAStore() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Run run = Run.here("doctor", file, "--json").assertCode(ExitCode.FAILED);
    assertFalse(check(run, "store").get("ok").getAsBoolean());
    Run.here("doctor", "/").assertRefused("is no directory of a store");
    Run.here("doctor", store, store).assertRefused("Unmatched argument");
  }

  @Test
  void changesNothing() throws IOException {
    var before = SampleStore.files(directory);
    doctor();
    assertEquals(before, SampleStore.files(directory));
  }
}
