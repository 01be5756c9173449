package io.tensorcache;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a text in keys and fingerprints: UTF-8, and WTF-8 for surrogates that are not
 * paired, such as half an emoji. Java's encoder makes a question mark of each, so that different
 * texts would have the same bytes.
 */
final class CanonicalText {
  private CanonicalText() {}

  static byte[] bytesOf(String text) {
    if (text.codePoints().noneMatch(CanonicalText::isSurrogate)) {
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

  /** Pairs come as one code point beyond these. */
  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
