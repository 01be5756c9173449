package io.tensorcache.internal.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) strictly into maps, lists, strings, longs, doubles, booleans and null. What
 * it makes is never larger than a small multiple of the text. Confined to one thread.
 */
public final class JsonReader {
  /** Deeper nesting is refused, so that no text can exhaust the stack. */
  private static final int DEEPEST = 32;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * The members of one object, in their order; nothing else may follow.
   *
   * @throws IllegalArgumentException if the text is not one, with the position
   */
  public static Map<String, @Nullable Object> read(String text) {
    JsonReader in = new JsonReader(text);
    in.skipSpace();
    if (in.peek() != '{') {
      throw in.error("an object was expected");
    }
    Map<String, @Nullable Object> object = in.object();
    in.skipSpace();
    if (in.at < text.length()) {
      throw in.error("more text after the object");
    }
    return object;
  }

  /**
   * The members of one object in UTF-8, from position to limit, in their order.
   *
   * @throws IllegalArgumentException if the bytes are no UTF-8 or the text is no object
   */
  public static Map<String, @Nullable Object> read(ByteBuffer utf8) {
    try {
      return read(StandardCharsets.UTF_8.newDecoder().decode(utf8.duplicate()).toString());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("no UTF-8 text", e);
    }
  }

  private @Nullable Object value() {
    skipSpace();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object() {
    enter();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    skipSpace();
    while (!isNext('}')) {
      if (!members.isEmpty()) {
        require(',');
        skipSpace();
      }
      String name = string();
      skipSpace();
      require(':');
      if (members.containsKey(name)) {
        throw error("a second member \"" + name + "\"");
      }
      members.put(name, value());
      skipSpace();
    }
    depth--;
    return members;
  }

  private List<@Nullable Object> array() {
    enter();
    List<@Nullable Object> items = new ArrayList<>();
    skipSpace();
    while (!isNext(']')) {
      if (!items.isEmpty()) {
        require(',');
      }
      items.add(value());
      skipSpace();
    }
    depth--;
    return items;
  }

  private void enter() {
    at++;
    if (++depth > DEEPEST) {
      throw error("nested deeper than " + DEEPEST);
    }
  }

  private String string() {
    require('"');
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return out.toString();
      } else if (c < 0x20) {
        throw error("a control character in a string");
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(next(), 16);
          if (digit < 0) {
            throw error("no hexadecimal digit");
          }
          code = code << 4 | digit;
        }
        yield (char) code;
      }
      default -> throw error("an unknown escape");
    };
  }

  private Object number() {
    int from = at;
    boolean isWhole = true;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      isWhole &= ".eE".indexOf(text.charAt(at)) < 0;
      at++;
    }
    String digits = text.substring(from, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw error("no value");
    }
    try {
      return isWhole ? (Object) Long.valueOf(digits) : Double.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("number " + digits + " is out of range", e);
    }
  }

  private <V extends @Nullable Object> V literal(String word, V value) {
    if (!text.startsWith(word, at)) {
      throw error("no value");
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw error("the text ends too soon");
    }
    return text.charAt(at);
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private boolean isNext(char c) {
    boolean is = peek() == c;
    at += is ? 1 : 0;
    return is;
  }

  private void require(char c) {
    if (!isNext(c)) {
      throw error("'" + c + "' was expected");
    }
  }

  private IllegalArgumentException error(String what) {
    return new IllegalArgumentException("JSON, character " + at + ": " + what);
  }
}
