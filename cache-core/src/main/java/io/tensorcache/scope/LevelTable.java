package io.tensorcache.scope;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static io.tensorcache.config.CacheLevel.TOTAL;

import io.tensorcache.config.CacheLevel;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The levels of kinds of entries, by key, so that a program says what an entry is and not at which
 * level it is stored. Immutable: {@link #with} and {@link #adding} return an edited copy.
 * <!-- region: level-table, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * LevelTable levels = LevelTable.empty().adding("kernel", CacheLevel.LIGHT);
 * Scope<HostTensor> scope =
 *     cache.scopeBuilder("kpca", HostTensor.adapter()).levels(levels).open();
 * HostTensor k = scope.get("K", "kernel", () -> kernelMatrix(x)); // at level LIGHT
 * }</pre>
 */
public final class LevelTable {
  private static final int LONGEST_KEY = 255;
  private static final int SUGGESTIONS = 3;
  private static final LevelTable DEFAULTS = new LevelTable(kerch());

  private final Map<String, CacheLevel> levels;

  private LevelTable(Map<String, CacheLevel> levels) {
    this.levels = Collections.unmodifiableMap(levels);
  }

  /** Returns the keys and levels of kerch, as its documentation has them. */
  public static LevelTable defaults() {
    return DEFAULTS;
  }

  /** Returns a table without a key. */
  public static LevelTable empty() {
    return new LevelTable(new TreeMap<>());
  }

  private static Map<String, CacheLevel> kerch() {
    Map<String, CacheLevel> levels = new TreeMap<>();
    for (String key :
        List.of("sample_transform", "kernel_explicit_transform", "kernel_implicit_transform")) {
      levels.put(key, NONE);
    }
    for (String key :
        List.of(
            "sample_phi",
            "sample_C",
            "sample_K",
            "forward_sample_default_representation",
            "transform_sample_data_default",
            "transform_sample_statistics_default",
            "transform_sample_statistics_nondefault",
            "Level_I_default_representation",
            "Level_subloss_default_representation")) {
      levels.put(key, LIGHT);
    }
    for (String key :
        List.of(
            "forward_sample_other_representation",
            "transform_sample_data_nondefault",
            "transform_oos_statistics_default")) {
      levels.put(key, NORMAL);
    }
    for (String key :
        List.of(
            "forward_oos_default_representation",
            "transform_oos_data_default",
            "transform_oos_statistics_nondefault")) {
      levels.put(key, HEAVY);
    }
    for (String key :
        List.of(
            "forward_oos_other_representation",
            "Level_I_other_representation",
            "Level_subloss_other_representation",
            "transform_oos_data_nondefault")) {
      levels.put(key, TOTAL);
    }
    return levels;
  }

  /**
   * Returns the level of a key.
   *
   * @throws IllegalArgumentException if the table has no such key, with the nearest ones
   */
  public CacheLevel level(String key) {
    CacheLevel level = levels.get(key);
    if (level == null) {
      throw unknown(key);
    }
    return level;
  }

  /**
   * Returns a copy in which a key has another level.
   *
   * @throws IllegalArgumentException if the table has no such key, with the nearest ones
   */
  public LevelTable with(String key, CacheLevel level) {
    level(key);
    return edited(key, level);
  }

  /**
   * Returns a copy with one more key.
   *
   * @throws IllegalArgumentException if the table has the key already, or it is blank or longer
   *     than 255 characters
   */
  public LevelTable adding(String key, CacheLevel level) {
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException(
          "level key \"" + shown(key) + "\": 1 to " + LONGEST_KEY + " characters, not blank");
    }
    if (levels.containsKey(key)) {
      throw new IllegalArgumentException(
          "level key \"" + key + "\" is there, at " + levels.get(key) + "; change it by with()");
    }
    return edited(key, level);
  }

  private LevelTable edited(String key, CacheLevel level) {
    Map<String, CacheLevel> copy = new TreeMap<>(levels);
    copy.put(key, level);
    return new LevelTable(copy);
  }

  private IllegalArgumentException unknown(String key) {
    if (levels.isEmpty()) {
      return new IllegalArgumentException(
          "unknown level key \"" + shown(key) + "\": the table is empty; add it by adding()");
    }
    String wanted = key.length() > LONGEST_KEY ? key.substring(0, LONGEST_KEY) : key;
    List<String> nearest =
        levels.keySet().stream()
            .sorted(Comparator.comparingInt(known -> distance(wanted, known)))
            .limit(SUGGESTIONS)
            .toList();
    return new IllegalArgumentException(
        "unknown level key \""
            + shown(key)
            + "\"; the nearest of "
            + levels.size()
            + " known keys are "
            + nearest);
  }

  private static String shown(String key) {
    return key.length() > 40 ? key.substring(0, 40) + "... (" + key.length() + " characters)" : key;
  }

  /** Levenshtein's: how many characters to insert, delete or replace. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  /** Returns all keys with their levels, in the order of the keys. */
  public Map<String, CacheLevel> levels() {
    return levels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LevelTable that && levels.equals(that.levels);
  }

  @Override
  public int hashCode() {
    return levels.hashCode();
  }

  /** Writes the keys with their levels. */
  @Override
  public String toString() {
    return levels.toString();
  }
}
