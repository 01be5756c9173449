package io.tensorcache.scope;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LevelTableTest {
  private static String messageOf(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  @Test
  void theDefaultsAreThoseOfKerchsDocumentation() {
    Map<CacheLevel, Set<String>> byLevel =
        LevelTable.defaults().levels().entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getValue,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toCollection(TreeSet::new))));
    assertEquals(
        Set.of("sample_transform", "kernel_explicit_transform", "kernel_implicit_transform"),
        byLevel.get(NONE));
    assertEquals(
        Set.of(
            "sample_phi",
            "sample_C",
            "sample_K",
            "forward_sample_default_representation",
            "transform_sample_data_default",
            "transform_sample_statistics_default",
            "transform_sample_statistics_nondefault",
            "Level_I_default_representation",
            "Level_subloss_default_representation"),
        byLevel.get(LIGHT));
    assertEquals(
        Set.of(
            "forward_sample_other_representation",
            "transform_sample_data_nondefault",
            "transform_oos_statistics_default"),
        byLevel.get(NORMAL));
    assertEquals(
        Set.of(
            "forward_oos_default_representation",
            "transform_oos_data_default",
            "transform_oos_statistics_nondefault"),
        byLevel.get(HEAVY));
    assertEquals(
        Set.of(
            "forward_oos_other_representation",
            "Level_I_other_representation",
            "Level_subloss_other_representation",
            "transform_oos_data_nondefault"),
        byLevel.get(TOTAL));
  }

  @Test
  void anUnknownKeyIsRefusedWithTheNearestKnownOnes() {
    String message = messageOf(() -> LevelTable.defaults().level("sample_k"));
    assertTrue(message.contains("\"sample_k\""), message);
    assertTrue(message.contains("[sample_C, sample_K, sample_phi]"), message);
    assertTrue(messageOf(() -> LevelTable.empty().level("x")).contains("empty"));
  }

  @Test
  void anEditIsACopy() {
    LevelTable edited = LevelTable.defaults().with("sample_K", TOTAL).adding("mine", NONE);
    assertEquals(TOTAL, edited.level("sample_K"));
    assertEquals(NONE, edited.level("mine"));
    assertEquals(LIGHT, LevelTable.defaults().level("sample_K"));
    assertThrows(UnsupportedOperationException.class, () -> edited.levels().put("sample_K", LIGHT));
  }

  @Test
  void editsOfTheWrongKindAreRefused() {
    assertTrue(messageOf(() -> LevelTable.defaults().with("new", LIGHT)).contains("unknown"));
    assertTrue(messageOf(() -> LevelTable.defaults().adding("sample_K", LIGHT)).contains("with()"));
    assertThrows(IllegalArgumentException.class, () -> LevelTable.defaults().adding("  ", LIGHT));
  }

  @Test
  void aKeyOfTenMegabytesIsRefusedInAShortMessage() {
    String huge = "k".repeat(10 << 20);
    assertTrue(messageOf(() -> LevelTable.defaults().level(huge)).length() < 400);
    assertTrue(messageOf(() -> LevelTable.defaults().adding(huge, LIGHT)).length() < 400);
  }
}
