package io.tensorcache.cli;

import io.tensorcache.internal.json.Json;
import io.tensorcache.internal.json.PlainText;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a terminal or a program is shown: names that others chose, with no character that a terminal
 * obeys. Safe for use by several threads.
 */
public final class Shown {
  private Shown() {}

  /** One line. */
  public static String line(String text) {
    return PlainText.line(text);
  }

  /** Text that keeps its line ends. */
  public static String lines(String text) {
    return PlainText.lines(text);
  }

  /** One JSON object on one line, its members in the order of the map. */
  public static String json(Map<String, ? extends @Nullable Object> object) {
    return Json.write(object);
  }
}
