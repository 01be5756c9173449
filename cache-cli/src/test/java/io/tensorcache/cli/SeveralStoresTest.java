package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of stores, of which each is asked by itself. */
class SeveralStoresTest {
  private static final int ROUNDS = 25;

  @TempDir private Path directory;

  @BeforeEach
  void fill() {
    SampleStore.fill(directory);
    Path out = directory.resolveSibling("out-" + directory.getFileName());
    Run.here("export", directory.resolve("rows"), out, "--function", "head")
        .assertCode(ExitCode.OK);
    Run.here("import", directory.resolve("copy"), out, "--create").assertCode(ExitCode.OK);
  }

  @Test
  void lsListsThemInOrder() {
    Run run = Run.here("ls", directory).assertCode(ExitCode.OK);
    assertEquals(3, run.out().lines().count(), run.out());
    JsonArray stores = Run.here("ls", directory, "--json").json().getAsJsonArray("stores");
    assertEquals("copy", stores.get(0).getAsJsonObject().get("store").getAsString());
    assertEquals(5, stores.get(0).getAsJsonObject().get("rows").getAsInt());
    assertEquals("rows", stores.get(1).getAsJsonObject().get("store").getAsString());
    assertEquals(35, stores.get(1).getAsJsonObject().get("rows").getAsInt());
  }

  @Test
  void aFileBesideThemIsNoStore() throws IOException {
    Files.writeString(directory.resolve("notes.txt"), "mine");
    Files.createDirectory(directory.resolve("empty"));
    assertEquals(2, Run.here("ls", directory, "--json").json().getAsJsonArray("stores").size());
  }

  /** The others are listed all the same. */
  @Test
  void whatIsWrongWithOneIsTold() throws IOException {
    Path segment =
        directory
            .resolve("rows")
            .resolve(SampleStore.rows(directory.resolve("rows")).get(0).segment() + ".tcs");
    Files.createSymbolicLink(
        directory.resolve("copy").resolve("seg-00000000000000aa-0.tcs"), segment);
    Run run = Run.here("ls", directory, "--json").assertCode(ExitCode.FAILED);
    assertTrue(run.err().contains("is a link"), run.err());
    JsonArray stores = run.json().getAsJsonArray("stores");
    JsonObject copy = stores.get(0).getAsJsonObject();
    assertEquals(1, copy.getAsJsonArray("problems").size(), copy.toString());
    assertEquals(35, stores.get(1).getAsJsonObject().get("rows").getAsInt());
  }

  /** It is moved away while they are listed, sooner or later each time. */
  @Test
  void oneMayGoMeanwhile() throws Exception {
    Path copy = directory.resolve("copy");
    Path away = directory.resolveSibling("away-" + directory.getFileName());
    long took = Math.min(lsNanos(), lsNanos());
    int listed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long moment = System.nanoTime() + 3 * took * i / ROUNDS;
      FutureTask<Path> move =
          new FutureTask<>(
              () -> {
                while (System.nanoTime() < moment) {
                  Thread.onSpinWait();
                }
                return Files.move(copy, away);
              });
      new Thread(move).start();
      Run run = Run.here("ls", directory, "--json").assertCode(ExitCode.OK);
      Files.move(move.get(), copy);
      JsonArray stores = run.json().getAsJsonArray("stores");
      JsonObject last = stores.get(stores.size() - 1).getAsJsonObject();
      assertEquals("rows", last.get("store").getAsString());
      assertEquals(35, last.get("rows").getAsInt());
      listed += stores.size() - 1;
    }
    assertTrue(listed > 0 && listed < ROUNDS, "it was there " + listed + " times");
  }

  private long lsNanos() {
    long begin = System.nanoTime();
    Run.here("ls", directory, "--json").assertCode(ExitCode.OK);
    return System.nanoTime() - begin;
  }

  @Test
  void otherCommandsWantOneOfThem() {
    for (String command : new String[] {"du", "stats", "verify", "clear"}) {
      Run.here(command, directory).assertRefused("store");
    }
  }

  @Test
  void onlyTheStoreThatWasNamedIsCleared() {
    Run.here("clear", directory.resolve("copy"), "--yes").assertCode(ExitCode.OK);
    assertEquals(35, SampleStore.rows(directory.resolve("rows")).size());
    assertEquals("no rows\n", Run.here("ls", directory.resolve("copy")).out());
  }

  /** A path that goes up and comes down again names the same store. */
  @Test
  void aStoreHasOneNameHoweverItsPathIsWritten() {
    Path detour = directory.resolve("copy/../rows/.");
    Run straight = Run.here("ls", directory.resolve("rows")).assertCode(ExitCode.OK);
    assertEquals(straight, Run.here("ls", detour));
  }
}
