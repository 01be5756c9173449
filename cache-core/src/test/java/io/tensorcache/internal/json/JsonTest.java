package io.tensorcache.internal.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tensorcache.config.Tier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static JsonObject written(Object value) {
    return JsonParser.parseString(Json.write(Map.of("value", value))).getAsJsonObject();
  }

  @Test
  void keepsTextWhateverItHolds() {
    for (String text :
        new String[] {"", "a\"b\\c", "tab\t line\n nul\0", "é ∑ 😀", "\u2028", "\ud800"}) {
      assertEquals(text, written(text).get("value").getAsString());
    }
  }

  @Test
  void keepsEveryDigit() {
    for (double number : new double[] {0.1 + 0.2, Math.nextUp(1.0), 1e-300, 1e300, -0.0}) {
      assertEquals(number, written(number).get("value").getAsDouble());
    }
    assertEquals(Long.MIN_VALUE, written(Long.MIN_VALUE).get("value").getAsLong());
    assertTrue(written(true).get("value").getAsBoolean());
  }

  @Test
  void writesNullForWhatJsonDoesNotHave() {
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertTrue(written(number).get("value").isJsonNull());
    }
  }

  @Test
  void nestsListsAndObjects() {
    assertEquals(
        "{\"value\":[{\"tier\":\"off_heap\"},[],{}]}",
        Json.write(Map.of("value", List.of(Map.of("tier", Tier.OFF_HEAP), List.of(), Map.of()))));
  }

  @Test
  void refusesWhatItCannotWrite() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Json.write(Map.of("a", 'c')))
            .getMessage();
    assertTrue(message.contains("java.lang.Character"), message);
  }
}
