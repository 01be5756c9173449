package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** A lesson imports what the samples share, and no other lesson; only the launcher knows all. */
class SamplePackagesTest {
  private static final String LAUNCHER = "";
  private static final Set<String> SHARED = Set.of("kit", "digits");
  private static final Pattern EDGE =
      Pattern.compile(
          "\\s+io\\.tensorcache\\.samples\\.?(\\w*)\\s+->\\s+io\\.tensorcache\\.samples\\.?(\\w*)\\s.*");

  /** Package to packages, as jdeps sees the compiled classes. */
  private static Map<String, Set<String>> imports() throws Exception {
    Path classes =
        Path.of(Samples.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    StringWriter out = new StringWriter();
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    int code =
        jdeps.run(
            new PrintWriter(out),
            new PrintWriter(out),
            "--ignore-missing-deps",
            "-verbose:package",
            "-filter:none",
            classes.resolve("io").toString());
    assertEquals(0, code, out.toString());
    Map<String, Set<String>> imports = new TreeMap<>();
    for (String line : out.toString().lines().toList()) {
      Matcher edge = EDGE.matcher(line);
      if (edge.matches() && !edge.group(1).equals(edge.group(2))) {
        imports.computeIfAbsent(edge.group(1), name -> new TreeSet<>()).add(edge.group(2));
      }
    }
    return imports;
  }

  @Test
  void lessonsImportOnlyWhatIsShared() throws Exception {
    Map<String, Set<String>> imports = imports();
    imports.remove(LAUNCHER);
    assertTrue(imports.size() >= 5, "jdeps saw no edges: " + imports);
    imports.forEach(
        (from, targets) -> {
          Set<String> forbidden = new TreeSet<>(targets);
          if (!SHARED.contains(from)) {
            forbidden.removeAll(SHARED);
          }
          assertEquals(Set.of(), forbidden, "io.tensorcache.samples." + from + " imports");
        });
  }
}
