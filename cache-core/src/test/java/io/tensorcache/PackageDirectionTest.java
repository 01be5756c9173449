package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The packages import each other along this list and nothing else, as jdeps sees the compiled
 * classes.
 */
class PackageDirectionTest {
  private static final String ROOT = "io.tensorcache";
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("error", Set.of()),
          Map.entry("config", Set.of()),
          Map.entry("tensor", Set.of("error")),
          Map.entry("stats", Set.of("config")),
          Map.entry("scope", Set.of("config")),
          Map.entry("store", Set.of("tensor", "config")),
          Map.entry("internal.json", Set.of()),
          Map.entry("internal.lock", Set.of()),
          Map.entry("internal.flight", Set.of()),
          Map.entry("internal.gate", Set.of("tensor", "internal.lock")),
          Map.entry("internal.device", Set.of("error", "internal.lock")),
          Map.entry(
              "internal.resident",
              Set.of(
                  "config", "stats", "error", "internal.lock", "internal.gate", "internal.device")),
          Map.entry(
              "internal.key",
              Set.of(
                  "tensor",
                  "config",
                  "error",
                  "internal.lock",
                  "internal.codec",
                  "internal.device")),
          Map.entry("internal.codec", Set.of("tensor", "config", "error")),
          Map.entry(
              "internal.tier",
              Set.of(
                  "tensor",
                  "config",
                  "stats",
                  "error",
                  "internal.lock",
                  "internal.codec",
                  "internal.gate")),
          Map.entry(
              "internal.durable",
              Set.of(
                  "tensor",
                  "config",
                  "store",
                  "error",
                  "internal.lock",
                  "internal.codec",
                  "internal.gate")),
          Map.entry(
              "internal.transfer",
              Set.of(
                  "tensor",
                  "config",
                  "store",
                  "error",
                  "internal.json",
                  "internal.codec",
                  "internal.durable")),
          Map.entry(
              "internal.rows",
              Set.of(
                  "tensor",
                  "config",
                  "stats",
                  "error",
                  "internal.lock",
                  "internal.gate",
                  "internal.codec",
                  "internal.device",
                  "internal.resident",
                  "internal.key",
                  "internal.tier",
                  "internal.durable")),
          Map.entry(
              "internal.call",
              Set.of(
                  "tensor",
                  "config",
                  "stats",
                  "error",
                  "internal.lock",
                  "internal.flight",
                  "internal.codec",
                  "internal.device",
                  "internal.resident",
                  "internal.key",
                  "internal.durable",
                  "internal.rows")),
          Map.entry(
              "internal.scope",
              Set.of(
                  "scope",
                  "tensor",
                  "config",
                  "stats",
                  "error",
                  "internal.lock",
                  "internal.flight",
                  "internal.json",
                  "internal.codec",
                  "internal.key",
                  "internal.durable",
                  "internal.rows")),
          Map.entry(
              "",
              Set.of(
                  "error",
                  "config",
                  "tensor",
                  "stats",
                  "store",
                  "scope",
                  "internal.codec",
                  "internal.device",
                  "internal.key",
                  "internal.durable",
                  "internal.transfer",
                  "internal.rows",
                  "internal.call",
                  "internal.scope")));

  private static final Set<String> MAY_IMPORT_JCUDA = Set.of("internal.device");

  private static final Pattern JCUDA_EDGE =
      Pattern.compile("\\s+(io\\.tensorcache\\S*)\\s+->\\s+jcuda\\S*\\s.*");

  private static Map<String, Set<String>> edges() throws Exception {
    Map<String, Set<String>> edges = new TreeMap<>();
    ClassGraph.ofPackages()
        .edges()
        .forEach(
            (from, targets) -> {
              Set<String> names = edges.computeIfAbsent(name(from), key -> new TreeSet<>());
              targets.forEach(to -> names.add(name(to)));
            });
    return edges;
  }

  private static String name(String pack) {
    return pack.equals(ROOT) ? "" : pack.substring(ROOT.length() + 1);
  }

  @Test
  void packagesImportOnlyWhatTheyMay() throws Exception {
    Map<String, Set<String>> edges = edges();
    assertTrue(
        edges.get("").containsAll(List.of("internal.key", "internal.rows", "config")),
        "jdeps saw no edges: " + edges);
    edges.forEach(
        (from, targets) -> {
          Set<String> forbidden = new TreeSet<>(targets);
          forbidden.removeAll(MAY_IMPORT.getOrDefault(from, Set.of()));
          assertEquals(
              Set.of(), forbidden, "package io.tensorcache." + from + " imports what it may not");
        });
  }

  @Test
  void onlyTheDevicePackageImportsJCuda() throws Exception {
    Set<String> packages = new TreeSet<>();
    for (String line : ClassGraph.jdeps("package").lines().toList()) {
      Matcher edge = JCUDA_EDGE.matcher(line);
      if (edge.matches()) {
        packages.add(name(edge.group(1)));
      }
    }
    assertEquals(MAY_IMPORT_JCUDA, packages);
  }

  @Test
  void internalPackagesAreNotExported() throws Exception {
    var module =
        java.lang.module.ModuleFinder.of(ClassGraph.classes())
            .find("io.tensorcache.core")
            .orElseThrow()
            .descriptor();
    module.exports().stream()
        .filter(export -> !export.isQualified())
        .forEach(export -> assertTrue(!export.source().contains("internal"), export.toString()));
    assertTrue(module.exports().stream().anyMatch(export -> export.source().equals(ROOT)));
  }
}
