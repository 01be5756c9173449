package io.tensorcache.samples.kpca;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.Run;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KpcaTest {
  private static final List<String> OF_THE_SAMPLE =
      List.of("kernel/K", "kernel/means", "sample/minimum", "sample/transformed");
  private static final List<String> ALL =
      List.of(
          "kernel/K",
          "kernel/means",
          "kernel/uncentred",
          "out of sample/test/centred",
          "out of sample/test/forward",
          "out of sample/test/means",
          "out of sample/test/transformed",
          "out of sample/test/uncentred",
          "sample/minimum",
          "sample/transformed");

  private static List<String> names(JsonElement array) {
    List<String> names = new ArrayList<>();
    array.getAsJsonArray().forEach(name -> names.add(name.getAsString()));
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"kpca", "kpca-kotlin"})
  void keepsWhatTheLevelSaysAndNothingAfterReset(String program) {
    JsonObject json = Run.here(program, "--json").json();
    for (String level : List.of("light", "total")) {
      JsonObject kept = json.getAsJsonObject(level);
      assertEquals(List.of(), names(kept.get("before")), level);
      assertEquals(level.equals("light") ? OF_THE_SAMPLE : ALL, names(kept.get("after")), level);
      assertEquals(List.of(), names(kept.get("after_reset")), level);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kpca", "kpca-kotlin"})
  void reproducesThePrintedNumbers(String program) {
    JsonObject json = Run.here(program, "--json").json();
    JsonArray numbers = json.getAsJsonArray("numbers");
    assertEquals(11, numbers.size());
    int values = 0;
    for (JsonElement element : numbers) {
      JsonObject number = element.getAsJsonObject();
      JsonArray printed = number.getAsJsonArray("printed");
      JsonArray computed = number.getAsJsonArray("computed");
      assertEquals(printed.size(), computed.size(), number.toString());
      for (int i = 0; i < printed.size(); i++, values++) {
        assertEquals(
            printed.get(i).getAsDouble(), computed.get(i).getAsDouble(), 1e-3, "" + number);
      }
    }
    assertEquals(66, values);
    assertTrue(json.get("reproduced").getAsBoolean());
  }

  @Test
  void printsEntriesAndNumbersForPeople() {
    String out = Run.here("kpca").out();
    assertTrue(out.contains("-- at level light, after solve and forward"), out);
    assertTrue(out.contains("minimum [light] float64[3]"), out);
    assertTrue(out.contains("all within 0.001: yes"), out);
  }

  @Test
  void refusesUnknownOptions() {
    Run.here("kpca", "--level", "light").assertRefused("--level");
  }

  @Test
  void numberThatDiffersOrIsMissingIsNotReproduced() {
    assertTrue(new Published("x", List.of(1.0), List.of(1.0009)).isReproduced());
    assertFalse(new Published("x", List.of(1.0, 2.0), List.of(1.0, 2.0011)).isReproduced());
    assertFalse(new Published("x", List.of(1.0), List.of(Double.NaN)).isReproduced());
    assertFalse(new Published("x", List.of(1.0, 2.0), List.of(1.0)).isReproduced());
  }

  @Test
  @SuppressWarnings("try") // the scope frees the tensors
  void projectsAlikeAtEveryLevelAndOnlyAfterSolve() {
    try (PointerScope tensors = new PointerScope();
        TensorCache cache = TensorCache.builder("kpca").heap(ByteSize.ofMiB(1)).build()) {
      List<Tensor> projections = new ArrayList<>();
      for (CacheLevel level : CacheLevel.values()) {
        try (Scope<Tensor> scope =
            cache.scopeBuilder("kpca", PyTorch.tensors()).level(level).open()) {
          KernelPca pca = new KernelPca(scope, Points.sample(), Points.WIDTH, 2);
          assertThrows(
              IllegalStateException.class, () -> pca.forward("test", Points.outOfSample()));
          pca.solve();
          projections.add(pca.forward("test", Points.outOfSample()));
          projections.add(pca.forward("test", Points.outOfSample()));
        }
      }
      for (Tensor projection : projections) {
        assertTrue(projection.equal(projections.get(0)));
      }
      assertEquals(10, projections.size());
    }
  }
}
