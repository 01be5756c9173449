package io.tensorcache.samples.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tensorcache.RowStore;
import io.tensorcache.samples.Run;
import io.tensorcache.store.StoredFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole programs, on fewer images. */
class FrozenProgramsTest {
  private static final int IMAGES = 50;
  private static final int HELD_OUT = 30;
  private static final int BATCH = 16;

  private static String[] arguments(String program, String... more) {
    return arguments(program, BATCH, more);
  }

  private static String[] arguments(String program, int batch, String... more) {
    List<String> all = new ArrayList<>(List.of(program, "--epochs", "2", "--batch", "" + batch));
    all.addAll(List.of("--images", "" + IMAGES, "--held-out", "" + HELD_OUT));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  private static List<Double> each(JsonObject json, String member) {
    List<Double> values = new ArrayList<>();
    for (JsonElement epoch : json.getAsJsonArray("epochs")) {
      values.add(epoch.getAsJsonObject().get(member).getAsDouble());
    }
    return values;
  }

  @Test
  void javaAndKotlinPrintEqualLosses() {
    JsonObject java = Run.here(arguments("frozen", "--json")).json();
    JsonObject kotlin = Run.here(arguments("frozen-kotlin", "--json")).json();
    for (JsonObject json : List.of(java, kotlin)) {
      assertTrue(json.get("identical_losses").getAsBoolean());
      assertEquals(each(json, "loss_without"), each(json, "loss_with"));
      assertEquals(List.of(0.0, 1.0), each(json, "hit_rate"));
      assertEquals(List.of(0.0, 1.0), each(json, "held_out_hit_rate"));
      JsonObject heap = json.getAsJsonArray("tiers").get(0).getAsJsonObject();
      assertEquals(IMAGES + HELD_OUT, heap.get("rows").getAsLong());
      assertEquals(IMAGES + HELD_OUT, heap.get("hits").getAsLong());
    }
    assertEquals(each(java, "loss_with"), each(kotlin, "loss_with"));
    assertEquals(java.get("accuracy"), kotlin.get("accuracy"));
    assertEquals(java.keySet(), kotlin.keySet());
  }

  @Test
  void otherSeedReusesNoRowAndSaysSo() {
    JsonObject json = Run.here(arguments("frozen", "--json", "--seed", "2")).json();
    assertEquals(0, json.get("rows_reused").getAsLong());
    assertEquals(IMAGES + HELD_OUT, json.get("rows_under_other_fingerprints").getAsLong());
    assertTrue(json.get("identical_losses").getAsBoolean());
    assertEquals(List.of(0.0, 1.0), each(json, "hit_rate"));
  }

  @Test
  void movedImagesNeverRepeat() {
    Run run = Run.here(arguments("frozen-kotlin", "--augment"));
    assertTrue(run.out().contains("Inputs never repeat: none of 100 moved"), run.toString());
    assertTrue(run.out().contains("last bit   yes"), run.out());
    assertTrue(run.out().contains("held-out images in the last epoch: 100.0 %"), run.out());
  }

  @Test
  void refusesACacheThatKeepsNothing() {
    Run.here(arguments("frozen", "--json", "--heap", "0", "--off-heap", "0"))
        .assertRefused("keeps nothing: every tier is 0 bytes");
  }

  @Test
  void learnsFromBatchesThatLeaveOneImage() {
    JsonObject json = Run.here(arguments("frozen", IMAGES - 1, "--json")).json();
    assertTrue(json.get("identical_losses").getAsBoolean());
  }

  /** The real program, ended by SIGKILL: the next run starts at what was safe. */
  @Test
  @Tag("fork")
  void goesOnAfterItWasKilled(@TempDir Path parent) throws Exception {
    Path directory = parent.resolve("1");
    double safe = killedAndSafe(directory);
    for (int i = 2; i < 10 && safe == 0; i++) { // on a busy machine the writer may not have begun
      directory = parent.resolve(Integer.toString(i));
      safe = killedAndSafe(directory);
    }
    assertTrue(safe > 0 && safe <= 32, safe + " rows were safe");
    String[] options = {"--json", "--directory", directory.toString()};
    for (String program : List.of("frozen", "frozen-kotlin")) {
      JsonObject json = Run.here(arguments(program, options)).json();
      boolean isFirst = program.equals("frozen");
      assertEquals(List.of(isFirst ? safe / IMAGES : 1.0, 1.0), each(json, "hit_rate"));
      assertEquals(isFirst ? safe : IMAGES + HELD_OUT, json.get("rows_reused").getAsDouble());
      assertTrue(json.get("identical_losses").getAsBoolean());
    }
  }

  private static double killedAndSafe(Path directory) throws Exception {
    List<String> killed = new ArrayList<>(List.of("io.tensorcache.samples.Samples"));
    killed.addAll(List.of(arguments("frozen", "--json", "--directory", directory.toString())));
    killed.addAll(List.of("--kill-at", "60%"));
    Run run =
        Run.forked(
            List.of("-XX:MaxDirectMemorySize=1g"),
            System.getProperty("java.class.path"),
            killed.toArray(new String[0]));
    assertEquals(128 + 9, run.exitCode(), run.toString());
    assertTrue(run.err().contains("killing this process after 32 images"), run.err());
    try (RowStore store = RowStore.open(directory, "frozen")) {
      return store.functions().stream().mapToLong(StoredFunction::rows).sum();
    }
  }

  @Test
  @Tag("fork")
  void nothingButTheReportIsOnStandardOutput() throws Exception {
    List<String> samples = new ArrayList<>(List.of("io.tensorcache.samples.Samples"));
    samples.addAll(List.of(arguments("frozen", "--json")));
    Run run =
        Run.forked(
            List.of("-XX:MaxDirectMemorySize=1g"),
            System.getProperty("java.class.path"),
            samples.toArray(new String[0]));
    run.json();
    assertTrue(run.err().contains("with cache: epoch 2: "), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
  }
}
