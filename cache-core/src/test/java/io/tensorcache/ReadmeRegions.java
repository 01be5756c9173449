package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compares a program in the README with the region of the test it was taken from. */
public final class ReadmeRegions {
  private ReadmeRegions() {}

  /**
   * Fails unless the README shows the region, indentation aside. Paths are relative to the module.
   */
  public static void assertShown(String region, String testFile, String readmeFile)
      throws IOException {
    List<String> test = Files.readAllLines(Path.of(testFile));
    int begin = indexOf(test, "begin: " + region, 0);
    String expected =
        test.subList(begin + 1, indexOf(test, "end: " + region, begin)).stream()
            .reduce("", (a, b) -> a + b + "\n");
    List<String> readme = Files.readAllLines(Path.of(readmeFile));
    int mark = indexOf(readme, "region: " + region, 0);
    int open = indexOf(readme, "```", mark);
    String shown =
        readme.subList(open + 1, indexOf(readme, "```", open + 1)).stream()
            .reduce("", (a, b) -> a + b + "\n");
    assertEquals(plain(expected), plain(shown), "README.md, region " + region);
  }

  private static String plain(String program) {
    return program.stripTrailing().stripIndent();
  }

  private static int indexOf(List<String> lines, String text, int from) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    assertTrue(false, "no line with \"" + text + "\"");
    return -1;
  }
}
