package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The programs in documents and comments are regions of tests, and so compile and run. */
class ShownCodeTest {
  @TestFactory
  List<DynamicTest> isTheRegionOfATest() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (ShownCode shown : all()) {
      String name = Documents.ROOT.relativize(shown.document()) + ": " + shown.region();
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () ->
                  assertEquals(
                      ShownCode.inTest(test(shown.from()), shown.region()), shown.text())));
    }
    return tests;
  }

  @Test
  void theReadmeShowsTheThreeDoors() throws IOException {
    TreeSet<String> regions = new TreeSet<>();
    ShownCode.of(Documents.ROOT.resolve("README.md")).forEach(shown -> regions.add(shown.region()));
    assertTrue(
        regions.containsAll(List.of("hello-java", "hello-kotlin", "hello-pytorch")),
        () -> "README.md shows " + regions);
  }

  private static List<ShownCode> all() throws IOException {
    List<Path> documents = new ArrayList<>(Documents.markdown());
    documents.addAll(Documents.mainSources());
    List<ShownCode> all = new ArrayList<>();
    for (Path document : documents) {
      all.addAll(ShownCode.of(document));
    }
    return all;
  }

  private static Path test(String from) throws IOException {
    List<Path> found =
        Documents.testSources().stream().filter(path -> path.endsWith(Path.of(from))).toList();
    assertEquals(1, found.size(), () -> "tests that are called " + from + ": " + found);
    return found.get(0);
  }
}
