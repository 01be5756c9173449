package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What comments have in common, above all those of the API: Java types, Kotlin functions. */
class CommentsTest {
  private static final Pattern COMMENT =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/", Pattern.DOTALL);
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^ *public (?!annotation)[\\w -]*(class|interface|enum|record|object) \\w+.*",
          Pattern.MULTILINE);

  private static final Pattern PUBLIC_FUNCTION =
      Pattern.compile("^ *public [\\w ]*fun .*", Pattern.MULTILINE);

  /** Each public type shows a program in the comment of its class. */
  @Test
  void typesHaveAnExample() throws IOException {
    assertExamples(api(".java", ".kt"), PUBLIC_TYPE, 85);
  }

  /** Each function of the Kotlin DSL shows a program in its comment. */
  @Test
  void functionsHaveAnExample() throws IOException {
    assertExamples(api(".kt"), PUBLIC_FUNCTION, 20);
  }

  private static void assertExamples(List<Path> files, Pattern declaration, int least)
      throws IOException {
    List<String> without = new ArrayList<>();
    int count = 0;
    for (Path file : files) {
      String text = Files.readString(file);
      Matcher found = declaration.matcher(text);
      while (found.find()) {
        count++;
        if (!ShownCode.MARK.matcher(comment(text.substring(0, found.start()))).find()) {
          without.add(Documents.ROOT.relativize(file) + ": " + found.group().strip());
        }
      }
    }
    int seen = count;
    assertTrue(seen > least, () -> "only " + seen + " of the API are found");
    assertEquals(List.of(), without);
  }

  /** The comment that ends the text, before annotations; empty if there is none. */
  private static String comment(String text) {
    String last = text.substring(Math.max(0, text.lastIndexOf("/**")));
    String after = last.substring(last.indexOf("*/") + 2).strip();
    return last.startsWith("/**") && (after.isEmpty() || after.startsWith("@")) ? last : "";
  }

  /** A comment says what its member does, and not that it is "the same" as another one. */
  @Test
  void commentsSayWhatTheyMean() throws IOException {
    List<String> vague = new ArrayList<>();
    for (Path file : Documents.mainSources()) {
      String text = Files.readString(file);
      Matcher comment = COMMENT.matcher(text);
      while (comment.find()) {
        String words = comment.group(1).replaceAll("\\s*\\n\\s*\\*", " ").strip();
        if (words.startsWith("The same")) {
          vague.add(Documents.ROOT.relativize(file) + ": " + words);
        }
      }
    }
    assertEquals(List.of(), vague);
  }

  private static List<Path> api(String... suffixes) throws IOException {
    Predicate<Path> isApi =
        file -> {
          String path = Documents.ROOT.relativize(file).toString();
          boolean isLibrary = path.startsWith("cache-") && !path.startsWith("cache-cli");
          return isLibrary
              && !path.contains("/internal/")
              && List.of(suffixes).stream().anyMatch(path::endsWith);
        };
    return Documents.mainSources().stream().filter(isApi).toList();
  }
}
