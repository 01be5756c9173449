package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DomainEncoderTest {
  private static String hex(Object... values) {
    DomainEncoder encoder = new DomainEncoder();
    for (Object value : values) {
      encoder.put(value);
    }
    return HexFormat.of().formatHex(encoder.toBytes());
  }

  @Test
  void differentValuesHaveDifferentBytes() {
    List<Object> values =
        Arrays.asList(
            null,
            true,
            false,
            0,
            1,
            -1,
            0.0,
            -0.0,
            1.0,
            Double.NaN,
            "",
            "0",
            "1",
            "true",
            'a',
            "ab",
            "?",
            "\uD83D", // half an emoji, as a char or a cut string has it
            "\uD83E",
            "\uDE00\uD83D",
            "\uD83D\uDE00",
            List.of(),
            List.of(1),
            List.of(1, 2),
            List.of(2, 1),
            List.of(List.of(1), 2),
            List.of(1, List.of(2)),
            List.of("a", "b"),
            List.of("ab"),
            Map.of(),
            Map.of("a", 1),
            Map.of("b", 1),
            Map.of("a", 2),
            new byte[] {1},
            new int[] {1, 2, 3},
            BigInteger.ONE,
            BigDecimal.TEN,
            Thread.State.NEW,
            Thread.State.RUNNABLE);
    Set<String> seen = new HashSet<>();
    for (Object value : values) {
      assertTrue(seen.add(hex(value)), "same bytes as an earlier value: " + value);
    }
  }

  @Test
  void sequencesCannotBeConfused() {
    Set<String> seen = new HashSet<>();
    assertTrue(seen.add(hex("a", "bc")));
    assertTrue(seen.add(hex("ab", "c")));
    assertTrue(seen.add(hex("abc", "")));
    assertTrue(seen.add(hex(List.of("a"), "bc")));
    assertTrue(seen.add(hex(1, 2)));
    assertTrue(seen.add(hex(List.of(1, 2))));
  }

  @Test
  void widthsOfNumbersDoNotCount() {
    assertEquals(hex(7L), hex((byte) 7));
    assertEquals(hex(7), hex((short) 7));
    assertEquals(hex(0.5), hex(0.5f));
    assertEquals(hex(List.of(1, 2, 3)), hex((Object) new int[] {1, 2, 3}));
    assertEquals(hex("x"), hex(new StringBuilder("x")));
  }

  @Test
  void orderOfNamesCounts() {
    Map<String, Integer> ab = new LinkedHashMap<>();
    ab.put("a", 1);
    ab.put("b", 2);
    Map<String, Integer> ba = new LinkedHashMap<>();
    ba.put("b", 2);
    ba.put("a", 1);
    assertTrue(!hex(ab).equals(hex(ba)));
  }

  @Test
  void bytesAreThoseOfTheFormat() {
    assertArrayEquals(
        HexFormat.of().parseHex("730000000161" + "690000000000000002" + "30" + "7a01"),
        new DomainEncoder().put("a").put(2).put(null).put(true).toBytes());
  }

  @Test
  void refusesWhatHasNoEncodingAndNamesIt() {
    for (Object value :
        new Object[] {
          new Object(), Set.of(1), Map.of(1, 2), List.of(new Thread()), new Object[] {new Object()}
        }) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> DomainEncoder.check("k", value));
      assertTrue(error.getMessage().contains("\"k\""), error.getMessage());
    }
  }
}
