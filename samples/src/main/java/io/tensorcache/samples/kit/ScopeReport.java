package io.tensorcache.samples.kit;

import io.tensorcache.Scope;
import io.tensorcache.stats.ScopeStats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What scopes did, as a table for people and as a list for programs. Confined to one thread. */
public final class ScopeReport {
  private ScopeReport() {}

  /** Writes the table; returns the list: of each scope the name, the counts, the hit rate. */
  public static List<Map<String, Object>> write(Output output, List<? extends Scope<?>> scopes) {
    output.line(
        "%n%-12s %8s %8s %9s %8s %8s %12s",
        "scope", "hits", "misses", "hit rate", "evicted", "held", "bytes");
    List<Map<String, Object>> list = new ArrayList<>();
    for (Scope<?> scope : scopes) {
      ScopeStats stats = scope.stats();
      output.line(
          "%-12s %8d %8d %7.1f %% %8d %8d %12d",
          scope.name(),
          stats.hits(),
          stats.misses(),
          100 * stats.hitRate(),
          stats.evictions(),
          stats.entries(),
          stats.bytes());
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("name", scope.name());
      members.put("hits", stats.hits());
      members.put("misses", stats.misses());
      members.put("hit_rate", stats.hitRate());
      members.put("evictions", stats.evictions());
      members.put("entries", stats.entries());
      members.put("bytes", stats.bytes());
      list.add(members);
    }
    return list;
  }
}
