package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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

  @Test
  void anErrorIsOneLineWithoutControlCharacters() {
    Run run = Run.here("ls", "no\u001b[2Jwhere");
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("no\\u001b[2Jwhere"), run.err());
  }
}
