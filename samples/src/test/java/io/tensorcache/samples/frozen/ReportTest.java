package io.tensorcache.samples.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheConfig;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.json.Json;
import io.tensorcache.samples.frozen.Features.Served;
import io.tensorcache.stats.CacheStats;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.stats.TierStats;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final double LOSS = 0.1 + 0.2;
  private static final long SECOND = 1_000_000_000;

  private final Options options = new Options();
  private long otherRows;

  private static TrainingRun run(double seconds, double loss, Served... train) {
    TrainingRun.Epoch first =
        new TrainingRun.Epoch(1, seconds / 2, 1, 0.5, train[0], Served.NOTHING);
    TrainingRun.Epoch second =
        new TrainingRun.Epoch(2, seconds / 2, loss, 0.75, train[1], new Served(9, 1));
    return new TrainingRun("run", List.of(first, second), seconds * 3 / 4, 3L << 20);
  }

  private Comparison comparison(double lossWith, long hits) {
    TrainingRun without = run(8, LOSS, Served.NOTHING, Served.NOTHING);
    TrainingRun with = run(2, lossWith, new Served(0, 80), new Served(hits, 80 - hits));
    CacheConfig config;
    try (TensorCache cache = TensorCache.builder("test").heap(ByteSize.ofMiB(1)).build()) {
      config = cache.config();
    }
    return new Comparison(options, without, with, stats(), config);
  }

  private CacheStats stats() {
    ByteSize held = ByteSize.ofKiB(10);
    return new CacheStats(
        Map.of(Tier.HEAP, 60L),
        0,
        Map.of(),
        0,
        0,
        0,
        90,
        0,
        0,
        0,
        0,
        SECOND / 8,
        SECOND / 4,
        SECOND / 8,
        0,
        SECOND / 2,
        OptionalLong.of(3 * SECOND),
        List.of(new TierStats(Tier.HEAP, 90, held, ByteSize.ofMiB(1), 77, 0)),
        List.of(),
        List.of(
            new FunctionStats(
                "backbone", 60, 0, 90, 90, 90, otherRows, SECOND / 2, OptionalDouble.empty())),
        new ScopeStats(0, 0, 0, 0, 0, 0, 0));
  }

  private JsonObject json(Comparison comparison) {
    return JsonParser.parseString(Json.write(JsonReport.of(comparison))).getAsJsonObject();
  }

  @Test
  void jsonNamesWhatWasMeasured() {
    JsonObject json = json(comparison(LOSS, 70));
    assertEquals(4, json.get("speedup").getAsDouble());
    assertEquals(0.75, json.get("accuracy").getAsDouble());
    assertEquals(3 << 20, json.get("peak_memory_bytes").getAsLong());
    assertEquals(3 << 20, json.get("peak_memory_bytes_without").getAsLong());
    assertEquals(3.5, json.get("seconds_saved").getAsDouble());
    assertEquals(0.5, json.get("seconds_paid").getAsDouble());
    assertEquals(0, json.get("rows_reused").getAsLong());
    assertEquals(1, json.get("seed").getAsLong());
    assertFalse(json.get("augment").getAsBoolean());
    assertTrue(List.of("java", "native").contains(json.get("key_backend").getAsString()));
    assertEquals(
        "[{\"tier\":\"heap\",\"rows\":90,\"bytes\":10240,\"limit_bytes\":1048576,\"hits\":60}]",
        json.get("tiers").toString());
  }

  @Test
  void jsonHasEachEpochWithEveryDigitOfTheLoss() {
    JsonObject second =
        json(comparison(LOSS, 70)).getAsJsonArray("epochs").get(1).getAsJsonObject();
    assertEquals("0.30000000000000004", second.get("loss_with").getAsString());
    assertEquals("0.30000000000000004", second.get("loss_without").getAsString());
    assertEquals(4, second.get("seconds_without").getAsDouble());
    assertEquals(1, second.get("seconds_with").getAsDouble());
    assertEquals(0.875, second.get("hit_rate").getAsDouble(), "of training images");
    assertEquals(0.9, second.get("held_out_hit_rate").getAsDouble());
  }

  @Test
  void saysWhetherTheLossesAreEqualToTheLastBit() {
    Comparison same = comparison(LOSS, 70);
    Comparison other = comparison(Math.nextUp(LOSS), 70);
    assertTrue(json(same).get("identical_losses").getAsBoolean());
    assertFalse(json(other).get("identical_losses").getAsBoolean());
    assertTrue(Report.of(same).contains("losses equal to the last bit   yes"));
    assertTrue(Report.of(other).contains("losses equal to the last bit   NO"));
  }

  @Test
  void textShowsBothRunsSideBySide() {
    String text = Report.of(comparison(LOSS, 70));
    assertTrue(
        text.contains(
            "\n"
                + "2                     4.000     0.300000              1.000     0.300000   "
                + " 87.5 %\n"),
        text);
    assertTrue(text.contains("4.0 times as fast"), text);
    assertTrue(
        text.contains("  rest of the cache                                   0.500\n"), text);
    assertTrue(text.contains("saved 3.500 s of computing and took 0.500 s"), text);
    assertTrue(
        text.contains("heap               90         10 KiB          1 MiB         60"), text);
    assertTrue(text.contains("3 MiB without, 3 MiB with cache"), text);
    assertFalse(text.contains("fingerprint") || text.contains("repeat:"), text);
  }

  @Test
  void saysThatAnotherSeedReusesNothing() {
    otherRows = 1797;
    String text = Report.of(comparison(LOSS, 70));
    assertTrue(text.contains("\n0 rows reused: 1,797 rows exist under another fingerprint"), text);
    assertEquals(1797, json(comparison(LOSS, 70)).get("rows_under_other_fingerprints").getAsLong());
  }

  @Test
  void saysOfMovedImagesWhatIsTrue() {
    options.augment = true;
    String never = Report.of(comparison(LOSS, 0));
    assertTrue(never.contains("Inputs never repeat: none of 160 moved training images"), never);
    assertTrue(never.contains("took 6.000 s less than"), never);
    String seldom = Report.of(comparison(LOSS, 3));
    assertTrue(seldom.contains("Inputs seldom repeat: 3 of 160 moved training images"), seldom);
  }
}
