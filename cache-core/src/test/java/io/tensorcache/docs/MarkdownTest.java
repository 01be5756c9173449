package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every Markdown file. */
class MarkdownTest {
  private static final int LONGEST_LINE = 140;
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  @Test
  void hasNoLongLine() throws IOException {
    List<String> longLines = new ArrayList<>();
    for (Path document : Documents.markdown()) {
      String name = Documents.ROOT.relativize(document).toString();
      List<String> lines = Files.readAllLines(document);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.codePointCount(0, line.length()) > LONGEST_LINE) {
          longLines.add(name + ":" + (i + 1));
        }
      }
    }
    assertEquals(List.of(), longLines, "more than " + LONGEST_LINE + " characters");
  }

  @Test
  void linksToFilesThatAreThere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : Documents.markdown()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        URI target = URI.create(link.group(1));
        boolean isFile = target.getScheme() == null && !target.getPath().isEmpty();
        if (isFile && !Files.exists(document.resolveSibling(target.getPath()))) {
          broken.add(Documents.ROOT.relativize(document) + ": " + target);
        }
      }
    }
    assertEquals(List.of(), broken);
  }
}
