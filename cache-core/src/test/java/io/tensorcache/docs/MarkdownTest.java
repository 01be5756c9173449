package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every Markdown file. */
class MarkdownTest {
  private static final int LONGEST_LINE = 140;
  private static final int MOST_WORDS = 60;
  private static final Pattern CODE = Pattern.compile("```.*?```", Pattern.DOTALL);
  private static final Pattern TYPE = Pattern.compile("\\b[A-Z][a-z]+([A-Z][a-z0-9]+)+\\b");
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

  /** The pages on the design name classes that there are. */
  @Test
  void namesClassesThatAreThere() throws IOException {
    Set<String> known = new TreeSet<>(List.of("IllegalStateException"));
    for (List<Path> sources : List.of(Documents.mainSources(), Documents.testSources())) {
      sources.forEach(path -> known.add(path.getFileName().toString().replaceAll("[.].*", "")));
    }
    List<String> unknown = new ArrayList<>();
    int named = 0;
    for (Path document : Documents.markdown()) {
      String name = Documents.ROOT.relativize(document).toString();
      Matcher type = TYPE.matcher(name.startsWith("docs/design") ? Files.readString(document) : "");
      while (type.find()) {
        named++;
        if (!known.contains(type.group())) {
          unknown.add(name + ": " + type.group());
        }
      }
    }
    assertTrue(named > 20, "the pages on the design are not found");
    assertEquals(List.of(), unknown);
  }

  /** Nobody reads a paragraph that is longer. */
  @Test
  void hasNoLongParagraph() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path document : Documents.markdown()) {
      for (String paragraph : paragraphs(Files.readString(document))) {
        int words = paragraph.split("\\s+").length;
        if (words > MOST_WORDS) {
          String begin = paragraph.substring(0, 40).replace('\n', ' ');
          tooLong.add(Documents.ROOT.relativize(document) + ": " + words + " words: " + begin);
        }
      }
    }
    assertEquals(List.of(), tooLong, "more than " + MOST_WORDS + " words");
  }

  private static List<String> paragraphs(String text) {
    String prose = CODE.matcher(text).replaceAll("").replaceAll("(?m)^(\\||#|<!--|    ).*$", "");
    return List.of(prose.strip().split("\\n\\s*\\n|\\n(?=\\s*([-*]|\\d+\\.) )"));
  }
}
