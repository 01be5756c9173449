package io.tensorcache.cli;

/**
 * Text for a terminal: names in a store are whatever somebody wrote there, and must not move the
 * cursor or begin a line.
 */
final class Plain {
  private Plain() {}

  /** The text with control characters as Java writes them. */
  static String line(String text) {
    return escaped(text, false);
  }

  /** The same, but for the ends of lines. */
  static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean keepsLines) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (Character.isISOControl(each) && !(keepsLines && each == '\n')) {
        plain.append(String.format("\\u%04x", (int) each));
      } else {
        plain.append(each);
      }
    }
    return plain.toString();
  }
}
