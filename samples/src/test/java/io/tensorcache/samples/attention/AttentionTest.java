package io.tensorcache.samples.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tensorcache.samples.Run;
import org.junit.jupiter.api.Test;

class AttentionTest {
  @Test
  void scoresAreEqualToTheLastBitAndBlocksAreComputedOnce() {
    JsonObject json = Run.here("attention", "--tokens", "8", "--layers", "2", "--json").json();
    assertTrue(json.get("identical").getAsBoolean());
    assertTrue(json.get("tokens_per_second_with").getAsDouble() > 0);
    assertTrue(json.get("tokens_per_second_without").getAsDouble() > 0);
    assertEquals(2, json.getAsJsonArray("layers").size());
    for (JsonElement element : json.getAsJsonArray("layers")) {
      JsonObject layer = element.getAsJsonObject();
      assertEquals(layer.get("entries").getAsLong(), layer.get("misses").getAsLong(), "" + layer);
      assertTrue(layer.get("hit_rate").getAsDouble() > 0.9, layer.toString());
    }
  }

  @Test
  void scoresAreEqualWhenMostBlocksHaveLeft() {
    Run run = Run.here("attention", "--tokens", "2", "--layers", "2", "--capacity", "3", "--json");
    assertTrue(run.json().get("identical").getAsBoolean());
    JsonObject layer = run.json().getAsJsonArray("layers").get(0).getAsJsonObject();
    assertEquals(3, layer.get("entries").getAsLong());
    assertTrue(layer.get("evictions").getAsLong() > 0, layer.toString());
  }

  @Test
  void refusesWrongOptions() {
    Run.here("attention", "--tokens", "0").assertRefused("--tokens 0: must be from 1 to 1024");
    Run.here("attention", "--layers", "33").assertRefused("--layers 33: must be from 1 to 32");
    Run.here("attention", "--capacity", "0").assertRefused("--capacity 0: must be >= 1");
  }
}
