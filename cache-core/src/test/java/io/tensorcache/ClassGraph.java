package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** Which names use which, as jdeps reads it from compiled classes. */
final class ClassGraph {
  private static final Pattern EDGE =
      Pattern.compile("\\s+(io\\.tensorcache\\S*)\\s+->\\s+(io\\.tensorcache\\S*)\\s.*");

  private final Map<String, Set<String>> edges;

  ClassGraph(Map<String, Set<String>> edges) {
    this.edges = new TreeMap<>(edges);
    edges.values().forEach(all -> all.forEach(to -> this.edges.putIfAbsent(to, Set.of())));
  }

  /** The folder of the compiled classes. */
  static Path classes() throws URISyntaxException {
    return Path.of(TensorCache.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** What jdeps prints. */
  static String jdeps(String detail) throws URISyntaxException {
    StringWriter out = new StringWriter();
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    int code =
        jdeps.run(
            new PrintWriter(out),
            new PrintWriter(out),
            "--ignore-missing-deps",
            "-verbose:" + detail,
            "-filter:none",
            classes().resolve("io").toString());
    assertEquals(0, code, out.toString());
    return out.toString();
  }

  /** The packages. */
  static ClassGraph ofPackages() throws URISyntaxException {
    return read(jdeps("package"));
  }

  /** The source files: a nested class is a part of the one around it. */
  static ClassGraph ofFiles() throws URISyntaxException {
    return read(jdeps("class"));
  }

  private static ClassGraph read(String report) {
    Map<String, Set<String>> edges = new TreeMap<>();
    for (String line : report.lines().toList()) {
      Matcher edge = EDGE.matcher(line);
      if (edge.matches()) {
        String from = file(edge.group(1));
        String to = file(edge.group(2));
        Set<String> targets = edges.computeIfAbsent(from, key -> new TreeSet<>());
        if (!from.equals(to)) {
          targets.add(to);
        }
      }
    }
    return new ClassGraph(edges);
  }

  private static String file(String type) {
    int nested = type.indexOf('$');
    return nested < 0 ? type : type.substring(0, nested);
  }

  /** The names, in order. */
  Set<String> names() {
    return edges.keySet();
  }

  Map<String, Set<String>> edges() {
    return edges;
  }

  /** The sets of names that reach each other, those of one name included. */
  List<Set<String>> cycles() {
    return new Components().all();
  }

  /** The most names on a way, with each cycle as one. */
  int floors() {
    Map<String, Integer> heights = new HashMap<>();
    int highest = 0;
    for (Set<String> cycle : cycles()) { // what one uses comes before it
      int height = 0;
      for (String name : cycle) {
        for (String used : edges.get(name)) {
          height = Math.max(height, cycle.contains(used) ? 0 : heights.get(used));
        }
      }
      for (String name : cycle) {
        heights.put(name, height + 1);
      }
      highest = Math.max(highest, height + 1);
    }
    return highest;
  }

  /** Tarjan's strongly connected components, those that others use first. */
  private final class Components {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final List<Set<String>> found = new ArrayList<>();

    List<Set<String>> all() {
      edges.keySet().stream().filter(name -> !numbers.containsKey(name)).forEach(this::visit);
      return found;
    }

    private void visit(String name) {
      numbers.put(name, numbers.size());
      lowest.put(name, numbers.get(name));
      open.push(name);
      for (String used : edges.get(name)) {
        if (!numbers.containsKey(used)) {
          visit(used);
          lowest.merge(name, lowest.get(used), Math::min);
        } else if (open.contains(used)) {
          lowest.merge(name, numbers.get(used), Math::min);
        }
      }
      if (lowest.get(name).equals(numbers.get(name))) {
        Set<String> component = new TreeSet<>();
        String last;
        do {
          last = open.pop();
          component.add(last);
        } while (!last.equals(name));
        found.add(component);
      }
    }
  }
}
