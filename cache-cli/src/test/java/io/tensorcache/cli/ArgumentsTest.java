package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.DType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Ages and dtypes as they are typed. */
@Isolated("the default locale is that of the JVM")
class ArgumentsTest {
  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @Test
  void readsAnAgeInEachUnit() {
    assertEquals(Duration.ofSeconds(90), Age.parse("90s").duration());
    assertEquals(Duration.ofMinutes(15), Age.parse("15m").duration());
    assertEquals(Duration.ofHours(12), Age.parse("12h").duration());
    assertEquals(Duration.ofDays(30), Age.parse("30d").duration());
    assertEquals(Duration.ZERO, Age.parse("0d").duration());
  }

  @Test
  void anAgeGoesBackFromNow() {
    Instant now = Instant.parse("2026-03-01T00:00:00Z");
    assertEquals(Instant.parse("2026-02-27T00:00:00Z"), Age.parse("2d").before(now));
    assertTrue(Age.parse("999999999d").before(now).isBefore(Instant.EPOCH), "no overflow");
  }

  @Test
  void refusesWhatIsNoAge() {
    for (String text :
        new String[] {
          "", "d", "1", "1 d", "1w", "1D", "-1d", "+1d", "1.5h", "1d1h", "٣d", "1d\n"
        }) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Age.parse(text)).getMessage();
      assertTrue(message.contains("a whole number and s, m, h or d"), message);
    }
    assertThrows(IllegalArgumentException.class, () -> Age.parse("1000000000s"));
  }

  @Test
  void everyDtypeHasAShortNameAndItsLongOne() {
    Set<DType> named = new HashSet<>();
    for (String name :
        new String[] {
          "bool", "u8", "i8", "i16", "u16", "i32", "u32", "i64", "u64", "f16", "bf16", "f32", "f64",
          "c64", "c128", "f8e4m3", "f8e5m2"
        }) {
      named.add(DTypeNames.parse(name));
      assertEquals(DTypeNames.parse(name), DTypeNames.parse(name.toUpperCase(Locale.ROOT)));
    }
    assertEquals(Set.of(DType.values()), named);
    for (DType dtype : DType.values()) {
      assertEquals(dtype, DTypeNames.parse(dtype.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Where the small letter of I has no dot. */
  @Test
  void readsNamesInTurkish() {
    Locale.setDefault(Locale.forLanguageTag("tr"));
    assertEquals(DType.INT16, DTypeNames.parse("I16"));
    assertEquals(DType.INT64, DTypeNames.parse("int64"));
    assertEquals(DType.UINT8, DTypeNames.parse("Uint8"));
  }

  @Test
  void refusesADtypeThatIsNotThereAndListsThoseThatAre() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> DTypeNames.parse("float")).getMessage();
    assertTrue(message.startsWith("dtype \"float\": one of [bool, u8, i8,"), message);
  }
}
