package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A terminal shows what others called things, and obeys none of it. */
class PlainTest {
  private static final String HOSTILE = "a\u001b[2J\r\nb\u009b1m";
  private static final String SHOWN = "a\\u001b[2J\\u000d\\u000ab\\u009b1m";

  @Test
  void aCellIsOneLineWithoutControlCharacters() {
    assertEquals(List.of("name", SHOWN), new Table("name").row(HOSTILE).lines());
  }

  @Test
  void anAnswerKeepsItsLinesOnly() {
    assertEquals("a\\u001b[2J\nb\n", new Answer().line("a\u001b[2J\nb").text());
  }

  /** Marks that turn the order of what stands beside them, in either form of an answer. */
  @Test
  void nothingTurnsTheOrderOfWhatIsShown() {
    String turned = "a\u202Eb\u2066c\u200Fd\uFEFFe\u2028f\uDB40\uDC01g";
    String shown = "a\\u202eb\\u2066c\\u200fd\\ufeffe\\u2028f\\udb40\\udc01g";
    assertEquals(List.of("name", shown), new Table("name").row(turned).lines());
    assertEquals("{\"name\":\"" + shown + "\"}", Json.write(Map.of("name", turned)));
    assertEquals("{\"n\":\"\u00e9\u4e2d\"}", Json.write(Map.of("n", "\u00e9\u4e2d")));
  }

  @Test
  void anErrorIsOneLineWithoutControlCharacters() {
    Run run = Run.here("ls", "no\u001b[2Jwhere");
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("no\\u001b[2Jwhere"), run.err());
  }
}
