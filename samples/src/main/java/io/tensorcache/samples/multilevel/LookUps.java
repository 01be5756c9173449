package io.tensorcache.samples.multilevel;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts look-ups, and adds up what those took that were served without computing. */
final class LookUps {
  private long hits;
  private long misses;
  private long computed;
  private long hitNanos;

  /** One computation. */
  void compute() {
    computed++;
  }

  /** How many computations there were. */
  long computed() {
    return computed;
  }

  /** One look-up that took so long. */
  void add(long nanos, boolean isMiss) {
    if (isMiss) {
      misses++;
    } else {
      hits++;
      hitNanos += nanos;
    }
  }

  /** Look-ups served without computing, over all; 0 before the first. */
  double hitRate() {
    return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
  }

  /** What a look-up that was served without computing took on average; 0 before the first. */
  double accessMillis() {
    return hits == 0 ? 0 : hitNanos / 1e6 / hits;
  }

  /** For JSON. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("hits", hits);
    members.put("misses", misses);
    members.put("hit_rate", hitRate());
    members.put("access_ms", accessMillis());
    return members;
  }

  /** All of these together. */
  static double hitRate(Collection<LookUps> all) {
    LookUps sum = new LookUps();
    for (LookUps one : all) {
      sum.hits += one.hits;
      sum.misses += one.misses;
    }
    return sum.hitRate();
  }
}
