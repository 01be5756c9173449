package io.tensorcache.internal.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonReaderTest {
  @Test
  void readsWhatIsWritten() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "a \"quoted\" \\ line\n\u0001 ü 𝄞");
    object.put("numbers", List.of(0L, -1L, Long.MAX_VALUE, 0.1, 1e300, Double.MIN_VALUE));
    object.put("flags", List.of(true, false));
    object.put("nested", Map.of("empty", List.of(), "object", Map.of()));
    assertEquals(object, JsonReader.read(Json.write(object)));
    assertEquals(
        List.of("text", "numbers", "flags", "nested"),
        List.copyOf(JsonReader.read(Json.write(object)).keySet()));
  }

  @Test
  void readsSpaceEscapesAndNull() {
    Map<String, @Nullable Object> object =
        JsonReader.read(" {\t\"a\" : [ 1 , null ,\"\\u00e4\\/\\b\\f\\r\\t\" ]\r\n} ");
    assertEquals(Map.of("a", Arrays.asList(1L, null, "ä/\b\f\r\t")), object);
  }

  @Test
  void refusesWhatIsNoObject() {
    for (String text :
        new String[] {
          "",
          " ",
          "1",
          "[]",
          "{",
          "}",
          "{}{}",
          "{\"a\"}",
          "{\"a\":}",
          "{\"a\":1,}",
          "{,\"a\":1}",
          "{\"a\":1 \"b\":2}",
          "{'a':1}",
          "{a:1}",
          "{\"a\":01}",
          "{\"a\":.5}",
          "{\"a\":1.}",
          "{\"a\":+1}",
          "{\"a\":1e}",
          "{\"a\":NaN}",
          "{\"a\":tru}",
          "{\"a\":[1,]}",
          "{\"a\":[1 2]}",
          "{\"a\":\"\\x\"}",
          "{\"a\":\"\\u12g4\"}",
          "{\"a\":\"\n\"}",
          "{\"a\":\"",
          "{\"a\":1,\"a\":2}",
          "{\"a\":9223372036854775808}"
        }) {
      assertThrows(IllegalArgumentException.class, () -> JsonReader.read(text), text);
    }
    ByteBuffer noText = ByteBuffer.wrap(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
    assertThrows(IllegalArgumentException.class, () -> JsonReader.read(noText));
  }

  @Test
  void refusesDeepNestingWithoutExhaustingTheStack() {
    String deep = "{\"a\":" + "[".repeat(1_000_000);
    var refused = assertThrows(IllegalArgumentException.class, () -> JsonReader.read(deep));
    assertTrue(refused.getMessage().contains("nested deeper than 32"), refused.getMessage());
    String allowed = "{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}";
    assertEquals(1, JsonReader.read(allowed).size());
  }
}
