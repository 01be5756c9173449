package io.tensorcache.samples.scopes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tensorcache.samples.Run;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScopesProgramsTest {
  private static Map<String, JsonObject> byName(JsonElement list) {
    Map<String, JsonObject> scopes = new LinkedHashMap<>();
    for (JsonElement scope : list.getAsJsonArray()) {
      scopes.put(scope.getAsJsonObject().get("name").getAsString(), scope.getAsJsonObject());
    }
    return scopes;
  }

  private static void assertCounts(JsonObject scope, long hits, long misses, long evictions) {
    assertEquals(hits, scope.get("hits").getAsLong(), scope.toString());
    assertEquals(misses, scope.get("misses").getAsLong(), scope.toString());
    assertEquals(evictions, scope.get("evictions").getAsLong(), scope.toString());
    assertEquals((double) hits / (hits + misses), scope.get("hit_rate").getAsDouble(), 1e-12);
  }

  @Test
  void qrIsComputedOnce() {
    JsonObject json = Run.here("qr", "--json").json();
    assertEquals(1, json.get("computed").getAsInt());
    assertEquals(2, json.get("hits").getAsInt());
    for (String access : new String[] {"first", "second", "third"}) {
      assertTrue(json.get(access + "_error").getAsDouble() < 1e-4, json.toString());
    }
    String out = Run.here("qr").out();
    assertTrue(out.contains("0 float32[200, 100], 1 float32[100, 100]"), out);
  }

  @Test
  void qrRefusesMatricesThatAreWiderThanHigh() {
    Run.here("qr", "--rows", "0").assertRefused("--rows 0: must be from 1 to 4096");
    Run.here("qr", "--rows", "3").assertRefused("--columns 100: must be from 1 to 3");
  }

  @Test
  void mapsOfEachLayerAreComputedOnceAndUsedAgain() {
    JsonObject json =
        Run.here("layers", "--passes", "3", "--batches", "2", "--batch", "4", "--json").json();
    Map<String, JsonObject> layers = byName(json.get("layers"));
    assertEquals("[edges, shapes, embedding]", layers.keySet().toString());
    // asked for by the layer after it in the first pass, and once in each pass
    assertCounts(layers.get("edges"), 2 * 3, 2, 0);
    assertCounts(layers.get("shapes"), 2 * 3, 2, 0);
    assertCounts(layers.get("embedding"), 2 * 2, 2, 0);
    assertTrue(json.get("identical").getAsBoolean());
    assertEquals(3, json.getAsJsonArray("seconds").size());
  }

  @Test
  void mapsAreRightWhenTheHeapIsTooSmall() {
    Run run = Run.here("layers", "--batches", "2", "--batch", "4", "--heap", "600KiB", "--json");
    assertTrue(run.json().get("identical").getAsBoolean());
    assertTrue(
        byName(run.json().get("layers")).get("edges").get("misses").getAsLong() > 2, run.out());
  }

  @Test
  void layersRefusesMoreImagesThanThereAre() {
    Run.here("layers", "--batches", "45").assertRefused("--batches 45: must be from 1 to 44");
    Run.here("layers", "--passes", "0").assertRefused("--passes 0: must be from 1 to 1000");
    Run.here("layers", "--heap", "much").assertRefused("--heap");
  }

  @Test
  void lossesAreEqualWithBatchesAndGradientsHeld() {
    JsonObject json =
        Run.here("batches", "--batches", "4", "--batch", "8", "--capacity", "4", "--json").json();
    assertTrue(json.get("identical_losses").getAsBoolean());
    assertEquals(3, json.getAsJsonArray("losses").size());
    Map<String, JsonObject> scopes = byName(json.get("scopes"));
    // each epoch: a gradient of each batch for the mean, then one for each of 4 steps
    assertCounts(scopes.get("gradients"), 3 * 4, 3 * 4, 0);
    assertCounts(scopes.get("batches"), 3 * (4 + 4) - 4, 4, 0);
  }

  @Test
  void leastRecentlyUsedBatchesLeaveAboveTheCapacity() {
    JsonObject json =
        Run.here("batches", "--batches", "4", "--batch", "8", "--capacity", "2", "--json").json();
    assertTrue(json.get("identical_losses").getAsBoolean());
    JsonObject batches = byName(json.get("scopes")).get("batches");
    assertEquals(2, batches.get("entries").getAsLong());
    assertEquals(batches.get("misses").getAsLong() - 2, batches.get("evictions").getAsLong());
    assertTrue(batches.get("misses").getAsLong() > 4, batches.toString());
  }

  @Test
  void batchesRefusesWrongOptions() {
    Run.here("batches", "--capacity", "0").assertRefused("--capacity 0: must be >= 1");
    Run.here("batches", "--batches", "90").assertRefused("--batches 90: must be from 1 to 89");
    Run.here("batches", "--epochs", "-1").assertRefused("--epochs -1");
  }
}
