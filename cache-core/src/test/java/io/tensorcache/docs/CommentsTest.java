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
      Pattern.compile("^public [\\w -]*(class|interface|enum|record) \\w+", Pattern.MULTILINE);

  private static final Pattern PUBLIC_FUNCTION =
      Pattern.compile("^ *public [\\w ]*fun .*", Pattern.MULTILINE);

  /** Each public type of Java shows a program in the comment of its class. */
  @Test
  void typesHaveAnExample() throws IOException {
    List<String> without = new ArrayList<>();
    List<Path> types = api(".java");
    for (Path file : types) {
      String text = Files.readString(file);
      Matcher type = PUBLIC_TYPE.matcher(text);
      if (type.find() && !text.substring(0, type.start()).contains("<!-- region: ")) {
        without.add(Documents.ROOT.relativize(file).toString());
      }
    }
    assertTrue(types.size() > 70, () -> "the API is not found: " + types);
    assertEquals(List.of(), without);
  }

  /** Each function of the Kotlin DSL shows a program in its comment. */
  @Test
  void functionsHaveAnExample() throws IOException {
    List<String> without = new ArrayList<>();
    int count = 0;
    for (Path file : api(".kt")) {
      String text = Files.readString(file);
      Matcher function = PUBLIC_FUNCTION.matcher(text);
      while (function.find()) {
        count++;
        String before = text.substring(0, function.start());
        String comment = before.substring(Math.max(0, before.lastIndexOf("/**")));
        if (!comment.strip().endsWith("*/") || !comment.contains("<!-- region: ")) {
          without.add(Documents.ROOT.relativize(file) + ": " + function.group().strip());
        }
      }
    }
    assertTrue(count > 20, "the functions of the DSL are not found");
    assertEquals(List.of(), without);
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
    List<Path> files = new ArrayList<>();
    for (Path file : Documents.mainSources()) {
      if (isApi.test(file) && isPublic(Files.readString(file), file)) {
        files.add(file);
      }
    }
    return files;
  }

  private static boolean isPublic(String text, Path file) {
    return file.toString().endsWith(".kt") || PUBLIC_TYPE.matcher(text).find();
  }
}
