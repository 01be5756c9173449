package io.tensorcache.samples.multilevel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.tensorcache.samples.Run;
import org.junit.jupiter.api.Test;

class MultilevelTest {
  private static final long EMBEDDING = 512 * Float.BYTES;
  private static final long SHAPES = 64 * 8 * 8 * Float.BYTES;
  private static final long EDGES = 32 * 32 * 32 * Float.BYTES;

  @Test
  void needsLittleMemoryAtAHighHitRate() {
    JsonObject json = Run.here("multilevel", "--visits", "600", "--json").json();
    assertTrue(json.get("identical").getAsBoolean());
    assertTrue(json.get("memory_saved_percent").getAsDouble() >= 64.4, json.toString());
    assertTrue(json.get("hit_rate").getAsDouble() > 0.928, json.toString());
    assertTrue(
        json.getAsJsonObject("critical").get("access_ms").getAsDouble() < 0.12, json.toString());
  }

  @Test
  void countsTheBytesThatAreHeldAtThePeak() {
    JsonObject json =
        Run.here("multilevel", "--visits", "30", "--images", "5", "--skew", "0", "--json").json();
    // 30 visits leave out none of 5 images that are all alike, and all of them fit
    assertEquals(5 * (EMBEDDING + SHAPES + EDGES), json.get("peak_bytes_map").getAsLong());
    assertEquals(json.get("peak_bytes_map"), json.get("peak_bytes"));
    assertEquals(0, json.get("memory_saved_percent").getAsDouble());
    assertEquals(json.get("hit_rate_map"), json.get("hit_rate"));
  }

  @Test
  void holdsNoMoreThanItMay() {
    JsonObject json =
        Run.here(
                "multilevel",
                "--visits",
                "100",
                "--images",
                "10",
                "--skew",
                "0",
                "--limit",
                "64KiB",
                "--shown",
                "2",
                "--json")
            .json();
    assertTrue(json.get("identical").getAsBoolean());
    // what is computed is there before what it displaces leaves
    long limit = 10 * EMBEDDING + 5 * SHAPES + 3 * EDGES;
    assertTrue(json.get("peak_bytes").getAsLong() <= limit, json.toString());
    assertEquals(10, json.getAsJsonObject("critical").get("misses").getAsLong());
    assertEquals(100 * 12 - 10, json.getAsJsonObject("critical").get("hits").getAsLong());
  }

  @Test
  void refusesWrongOptions() {
    Run.here("multilevel", "--visits", "0").assertRefused("--visits 0");
    Run.here("multilevel", "--images", "1439").assertRefused("must be from 1 to 1438");
    Run.here("multilevel", "--skew", "-0.5").assertRefused("--skew -0.5: must be from 0.0 to 10.0");
    Run.here("multilevel", "--skew", "NaN").assertRefused("--skew NaN");
    Run.here("multilevel", "--shown", "1").assertRefused("--shown 1: must be from 2");
    Run.here("multilevel", "--limit", "1KiB").assertRefused("--limit 1 KiB: must be >= 16 KiB");
    Run.here("multilevel", "--limit", "-1").assertRefused("--limit");
  }
}
