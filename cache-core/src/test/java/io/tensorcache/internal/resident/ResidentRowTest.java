package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the parts of a row lie, and what it counts for. */
class ResidentRowTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 256", "255, 256", "256, 256", "257, 512", "4294967297, 4294967552"})
  void aPartIsRoundedUp(long bytes, long rounded) {
    assertEquals(rounded, ResidentRow.rounded(bytes));
  }

  @Test
  void eachPartIsRoundedByItself() {
    assertEquals(512, ResidentRow.bytesOf(new long[] {1, 1}));
    assertEquals(256, ResidentRow.bytesOf(new long[] {0, 256, 0}));
    assertEquals(768, ResidentRow.bytesOf(new long[] {257, 1}));
    assertEquals(768, new ResidentRow<>("k", "a", new long[] {257, 1}).byteCount);
  }

  /** The driver has no memory of no bytes. */
  @Test
  void aRowOfNoBytesCountsForTheLeastThereIs() {
    assertEquals(256, ResidentRow.bytesOf(new long[0]));
    assertEquals(256, ResidentRow.bytesOf(new long[] {0, 0}));
    assertEquals(256, new ResidentRow<>("k", "a", new long[0]).byteCount);
  }

  @Test
  void partsLieOneAfterAnother() {
    ResidentRow<String, String> row = new ResidentRow<>("k", "a", new long[] {5, 0, 300, 256, 1});
    row.address = 0x10_0000;
    long[] offsets = {0, 256, 256, 768, 1024};
    for (int part = 0; part < offsets.length; part++) {
      assertEquals(offsets[part], row.partOffset(part), "part " + part);
      assertEquals(0x10_0000 + offsets[part], row.partAddress(part), "part " + part);
    }
    assertEquals(1280, row.byteCount);
  }
}
