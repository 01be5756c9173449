package io.tensorcache.internal.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A value of the vector file: integers, strings, arrays and objects. */
record Json(Object value) {
  static Json resource(String name) throws IOException {
    try (InputStream in = Json.class.getResourceAsStream(name)) {
      byte[] bytes =
          Objects.requireNonNull(in, name + " is not on the test class path").readAllBytes();
      return new Reader(new String(bytes, StandardCharsets.UTF_8)).read();
    }
  }

  Json get(String member) {
    Object found = ((Map<?, ?>) value).get(member);
    return (Json) Objects.requireNonNull(found, "no member " + member);
  }

  List<Json> items() {
    return ((List<?>) value).stream().map(Json.class::cast).toList();
  }

  String text() {
    return (String) value;
  }

  long number() {
    return (Long) value;
  }

  /** A string of 16 hexadecimal digits. */
  long hex() {
    return Long.parseUnsignedLong(text(), 16);
  }

  /** A key of 32 hexadecimal digits as two longs. */
  long[] key() {
    return new long[] {
      Long.parseUnsignedLong(text().substring(0, 16), 16),
      Long.parseUnsignedLong(text().substring(16), 16)
    };
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    Json read() {
      char c = next();
      if (c == '{') {
        Map<String, Json> members = new LinkedHashMap<>();
        while (!take('}')) {
          String name = read().text();
          take(':');
          members.put(name, read());
          take(',');
        }
        return new Json(members);
      }
      if (c == '[') {
        List<Json> items = new ArrayList<>();
        while (!take(']')) {
          items.add(read());
          take(',');
        }
        return new Json(items);
      }
      return c == '"' ? string() : integer();
    }

    private Json string() {
      int start = at;
      while (text.charAt(at) != '"') {
        at += text.charAt(at) == '\\' ? 2 : 1;
      }
      return new Json(text.substring(start, at++));
    }

    private Json integer() {
      int start = at - 1;
      while (Character.isDigit(text.charAt(at))) {
        at++;
      }
      return new Json(Long.parseLong(text.substring(start, at)));
    }

    private char next() {
      while (Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return text.charAt(at++);
    }

    private boolean take(char c) {
      if (next() == c) {
        return true;
      }
      at--;
      return false;
    }
  }
}
