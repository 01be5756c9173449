package io.tensorcache.internal.json;

import java.util.Locale;

/**
 * Text of unknown origin, such as a name in a file, for a terminal or a message: it must not move
 * the cursor, begin a line, or turn the order of what stands beside it.
 */
public final class PlainText {
  private PlainText() {}

  /** The text with what is not shown as Java writes it. */
  public static String line(String text) {
    return escaped(text, false);
  }

  /** The text with what is not shown as Java writes it, but for the ends of lines. */
  public static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean keepsLines) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int chars = Character.charCount(point);
      boolean isShown = keepsLines && point == '\n' || !isHidden(point);
      for (int end = i + chars; i < end; i++) {
        if (isShown) {
          plain.append(text.charAt(i));
        } else {
          plain.append(String.format(Locale.ROOT, "\\u%04x", (int) text.charAt(i)));
        }
      }
    }
    return plain.toString();
  }

  /**
   * Controls, formats (those of direction among them), ends of lines and paragraphs, halves of
   * pairs, and what no character is.
   */
  public static boolean isHidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
