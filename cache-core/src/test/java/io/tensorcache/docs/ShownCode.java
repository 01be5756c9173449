package io.tensorcache.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that a document shows: a Markdown file, a Javadoc comment or a KDoc comment. The line
 * before it says which region of a test it is, {@code <!-- region: NAME, from FILE -->}; in the
 * test the region lies between {@code // begin: NAME} and {@code // end: NAME}, without the lines
 * that say {@code // not shown}.
 *
 * @param document the file that shows it
 * @param region the name of the region
 * @param from the file of the test: a path below the root, or a name that is unique among tests
 * @param text the lines shown, without their indentation and the comment's asterisks
 */
record ShownCode(Path document, String region, String from, String text) {
  static final Pattern MARK = Pattern.compile("<!-- region: ([a-z0-9-]+), from ([\\w./-]+) -->");
  private static final Pattern ASTERISK = Pattern.compile("^\\s*\\* ?");

  /** All programs of a document, in order. */
  static List<ShownCode> of(Path document) throws IOException {
    List<String> lines = Files.readAllLines(document);
    boolean isComment = !document.toString().endsWith(".md");
    List<ShownCode> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher mark = MARK.matcher(lines.get(i));
      if (mark.find()) {
        String text = block(lines, i + 1, isComment, document + ", line " + (i + 1));
        found.add(new ShownCode(document, mark.group(1), mark.group(2), text));
      }
    }
    return found;
  }

  private static String block(List<String> lines, int from, boolean isComment, String where) {
    List<String> block = new ArrayList<>();
    boolean isInside = false;
    for (String line : lines.subList(from, lines.size())) {
      String content = isComment ? ASTERISK.matcher(line).replaceFirst("") : line;
      if (isInside && isEnd(content)) {
        return plain(block);
      }
      if (isInside) {
        block.add(content);
      } else if (isBegin(content)) {
        isInside = true;
      } else if (!content.isBlank()) {
        break;
      }
    }
    throw new AssertionError(where + ": no whole code block follows the mark of a region");
  }

  private static boolean isBegin(String line) {
    return line.startsWith("```") || line.equals("<pre>{@code");
  }

  private static boolean isEnd(String line) {
    return line.equals("```") || line.equals("}</pre>");
  }

  /** The region as the test has it. */
  static String inTest(Path test, String region) throws IOException {
    List<String> block = new ArrayList<>();
    boolean isInside = false;
    for (String line : Files.readAllLines(test)) {
      if (line.strip().equals("// end: " + region)) {
        return plain(block);
      }
      if (isInside && !line.endsWith("// not shown")) {
        block.add(line);
      }
      isInside |= line.strip().equals("// begin: " + region);
    }
    throw new AssertionError(test + ": no region \"" + region + "\", or it has no end");
  }

  private static String plain(List<String> lines) {
    return String.join("\n", lines).stripTrailing().stripIndent().strip();
  }
}
