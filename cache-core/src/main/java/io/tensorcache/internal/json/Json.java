package io.tensorcache.internal.json;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) on one line from maps, lists, text, numbers, booleans, null and enums,
 * which are written in lower case. Numbers keep every digit. Characters that a terminal would not
 * show are escaped. NaN and infinities, which JSON does not have, become null.
 */
public final class Json {
  private final StringBuilder out = new StringBuilder();
  private final boolean shows; // what a terminal would not

  private Json(boolean shows) {
    this.shows = shows;
  }

  /**
   * The text of one object, its members in the order of the map.
   *
   * @throws IllegalArgumentException if a value is of another kind
   */
  public static String write(Map<String, ?> object) {
    return write(object, true);
  }

  /**
   * The text of one object with every character as it is, where that is JSON: what digests are
   * taken of.
   */
  public static String writeExactly(Map<String, ?> object) {
    return write(object, false);
  }

  private static String write(Map<String, ?> object, boolean shows) {
    Json json = new Json(shows);
    json.object(object);
    return json.out.toString();
  }

  private void value(@Nullable Object value) {
    if (value == null) {
      out.append("null");
    } else if (value instanceof Map<?, ?> map) {
      object(map);
    } else if (value instanceof List<?> list) {
      array(list);
    } else if (value instanceof Double number) {
      out.append(Double.isFinite(number) ? number.toString() : "null");
    } else if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence text) {
      text(text);
    } else if (value instanceof Enum<?> constant) {
      text(constant.name().toLowerCase(Locale.ROOT));
    } else {
      throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
    }
  }

  private void object(Map<?, ?> map) {
    out.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<?, ?> member = i.next();
      text((String) member.getKey());
      out.append(':');
      value(member.getValue());
      out.append(i.hasNext() ? "," : "");
    }
    out.append('}');
  }

  private void array(List<?> list) {
    out.append('[');
    for (Iterator<?> i = list.iterator(); i.hasNext(); ) {
      value(i.next());
      out.append(i.hasNext() ? "," : "");
    }
    out.append(']');
  }

  private void text(CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c) || shows && PlainText.isHidden(c)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
