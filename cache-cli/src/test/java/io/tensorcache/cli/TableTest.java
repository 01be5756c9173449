package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void putsNumbersAndSizesToTheRight() {
    Table table =
        new Table("name", "rows", "bytes", "share")
            .row("a", 5, ByteSize.ofKiB(1), "0.5 %")
            .row("longer", 12_345, ByteSize.ofBytes(7), "100.0 %");
    assertEquals(
        List.of(
            "name     rows  bytes    share",
            "a           5  1 KiB    0.5 %",
            "longer  12345    7 B  100.0 %"),
        table.lines());
  }

  @Test
  void aColumnWithOneWordIsNoColumnOfNumbers() {
    Table table = new Table("what", "rows").row("a", 5).row("b", "").row("c", "many");
    assertEquals(List.of("what  rows", "a     5", "b", "c     many"), table.lines());
  }

  @Test
  void leavesNoSpaceAtTheEndOfALine() {
    for (String line : new Table("a", "b").row("long text", "").row("x", "y").lines()) {
      assertEquals(line.stripTrailing(), line);
    }
  }

  @Test
  void isEmptyWithHeadsOnly() {
    Table table = new Table("name", "rows");
    assertTrue(table.isEmpty());
    assertEquals(List.of("name  rows"), table.lines());
    assertFalse(table.row("a", 1).isEmpty());
  }

  /** As a listing prints what came after the rows that it measured. */
  @Test
  void aLaterLineStandsUnderTheOthers() {
    Table table = new Table("name", "rows", "note").row("abcdef", 100, "x");
    assertEquals(List.of("name    rows  note", "abcdef   100  x"), table.lines());
    assertEquals("a          7  y", table.line("a", 7, "y"));
    assertEquals("much longer     7  y", table.line("much longer", 7, "y"));
    assertEquals(2, table.lines().size(), "it is not kept");
  }

  @Test
  void showsAnyObjectAsItsText() {
    assertEquals(List.of("a     b", "null  true"), new Table("a", "b").row("null", true).lines());
  }
}
