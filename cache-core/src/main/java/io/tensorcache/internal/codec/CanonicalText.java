package io.tensorcache.internal.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The bytes of a text in keys, fingerprints and values: UTF-8, and WTF-8 for surrogates that are
 * not paired, such as half an emoji. Java's encoder makes a question mark of each, so that
 * different texts would have the same bytes.
 */
public final class CanonicalText {
  private CanonicalText() {}

  /** The bytes of any text; different texts have different ones. */
  public static byte[] bytesOf(String text) {
    if (isWhole(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    text.codePoints()
        .forEach(
            point -> {
              if (isSurrogate(point)) {
                bytes.write(0xE0 | point >> 12);
                bytes.write(0x80 | point >> 6 & 0x3F);
                bytes.write(0x80 | point & 0x3F);
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /** The text of these bytes, from position to limit. */
  public static String read(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      byte[] raw = new byte[bytes.remaining()];
      bytes.duplicate().get(raw);
      return readHalves(raw);
    }
  }

  private static String readHalves(byte[] raw) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int i = 0; i + 2 < raw.length; i++) {
      boolean isHalf =
          raw[i] == (byte) 0xED && (raw[i + 1] & 0xE0) == 0xA0 && (raw[i + 2] & 0xC0) == 0x80;
      if (isHalf) {
        text.append(new String(raw, from, i - from, StandardCharsets.UTF_8));
        text.append((char) (0xD000 | (raw[i + 1] & 0x3F) << 6 | raw[i + 2] & 0x3F));
        i += 2;
        from = i + 1;
      }
    }
    return text.append(new String(raw, from, raw.length - from, StandardCharsets.UTF_8)).toString();
  }

  /** False if a surrogate of the text is not paired: files and other programs cannot hold it. */
  public static boolean isWhole(String text) {
    return text.codePoints().noneMatch(CanonicalText::isSurrogate);
  }

  /**
   * Refuses a name that files cannot hold.
   *
   * @param what is named
   * @throws IllegalArgumentException if a surrogate of it is not paired
   */
  public static String requireWhole(String what, String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isSurrogate(name.charAt(i))) {
        int point = name.codePointAt(i);
        if (isSurrogate(point)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "%s named \"%s\" has half a surrogate pair (\\u%04x) at %d, which UTF-8 does not"
                      + " have: was it cut inside a character?",
                  what,
                  name,
                  point,
                  i));
        }
        i++;
      }
    }
    return name;
  }

  /** Pairs come as one code point beyond these. */
  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
