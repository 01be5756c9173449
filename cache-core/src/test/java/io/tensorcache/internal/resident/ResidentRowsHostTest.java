package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.stats.DeviceStats;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that come from the host and go there by call, and those that are dropped by call. */
@RequiresStandin
class ResidentRowsHostTest {
  private static final DeviceStats EMPTY =
      new DeviceStats(0, 0, ByteSize.ofBytes(0), ByteSize.ofBytes(768), 0, 0, 0);

  private RowsOnDevice under;
  private long stream;

  @BeforeEach
  void open() {
    under = new RowsOnDevice(0, 200, 3 * 256, 0, false);
    stream = Standin.stream(0);
  }

  @AfterEach
  void close() {
    under.close();
  }

  private boolean addFromHost(int row) {
    return under.rows.addFromHost(row, "host " + row, new byte[][] {under.bytesOf(row)});
  }

  private byte[] gathered(int row) {
    return under.read(stream, under.gather(stream, row), 1)[0];
  }

  @Test
  void aRowOfTheHostIsServedAndReadBack() {
    assertTrue(addFromHost(1));
    assertEquals("host 1", under.rows.about(1));
    assertArrayEquals(under.bytesOf(1), gathered(1));
    RowOnHost<String> read = under.onHost(1);
    assertEquals("host 1", read.about());
    assertEquals(1, read.parts().length);
    assertArrayEquals(under.bytesOf(1), read.parts()[0]);
  }

  @Test
  void aRowThatIsHereStaysWhatItIs() {
    under.add(stream, 1);
    assertTrue(addFromHost(1));
    assertEquals("row 1", under.rows.about(1));
    assertEquals(256, under.rows.stats().bytes().bytes());
  }

  @Test
  void nothingLeavesForARowOfTheHost() {
    under.add(stream, 1, 2);
    assertTrue(addFromHost(3));
    assertFalse(addFromHost(4));
    assertEquals(List.of(1, 2, 3), under.rows.keys());
    assertEquals(List.of(), under.dropped);
    under.rows.remove(2);
    assertTrue(addFromHost(4), "there is room again");
  }

  @Test
  void aRefusedCopyLeavesNothingAndIsTold() {
    Standin.fail("cuMemcpyHtoDAsync", 2, 1);
    assertThrows(DeviceException.class, () -> addFromHost(1));
    assertFalse(under.rows.contains(1));
    assertEquals(0, under.rows.stats().bytes().bytes());
    assertTrue(addFromHost(1));
  }

  @Test
  void whatIsNotHereIsNothing() {
    assertNull(under.onHost(1));
    assertNull(under.rows.about(1));
    assertFalse(under.rows.contains(1));
    under.rows.remove(1);
    under.rows.clear();
    assertEquals(EMPTY, under.rows.stats());
  }

  @Test
  void whatIsRemovedByCallIsNotTold() {
    under.demotes = true;
    under.add(stream, 1, 2, 3);
    under.rows.remove(2);
    assertEquals(List.of(1, 3), under.rows.keys());
    assertEquals(512, under.rows.stats().bytes().bytes());
    under.rows.clear();
    assertEquals(List.of(), under.rows.keys());
    assertEquals(EMPTY, under.rows.stats());
    assertTrue(under.dropped.isEmpty() && under.demoted.isEmpty());
  }

  @Test
  void readingIsAUse() {
    under.add(stream, 1, 2, 3);
    under.onHost(1);
    under.rows.about(2);
    assertFalse(under.rows.contains(9));
    assertEquals(List.of(3, 1, 2), under.rows.keys());
    assertEquals(0, under.rows.stats().hits(), "hits are rows of results");
  }

  @Test
  void trimmingMovesTheOldestToTheHostAndCounts() {
    under.demotes = true;
    under.add(stream, 1, 2, 3);
    assertEquals(768, under.rows.trim(768));
    assertEquals(256, under.rows.trim(511), "whole rows go");
    assertEquals(List.of(3), under.rows.keys());
    assertArrayEquals(under.bytesOf(1), under.demoted.get(1)[0]);
    assertArrayEquals(under.bytesOf(2), under.demoted.get(2)[0]);
    assertEquals(2, under.rows.stats().demotions());
    under.demotes = false;
    assertEquals(0, under.rows.trim(0));
    assertEquals(List.of(3), under.dropped);
    assertEquals(1, under.rows.stats().evictions());
  }

  @Test
  void trimmingLeavesRowsThatAreRead() {
    under.add(stream, 1, 2);
    try (DeviceHits<Integer, String> found = under.rows.find(List.of(1))) {
      assertEquals(256, under.rows.trim(0));
      assertEquals("row 1", found.about(0));
    }
    assertEquals(0, under.rows.trim(0));
  }

  @Test
  void aTierMayBeAsLargeAsTheCard() {
    Standin.set("memory", 1 << 20);
    try (RowsOnDevice whole = new RowsOnDevice(0, 200, 1 << 20, 0, false)) {
      assertEquals(1 << 20, whole.rows.stats().limit().bytes());
    }
  }

  @Test
  void aTierThatWasClosedRefusesQuietly() {
    under.add(stream, 1);
    under.rows.close();
    under.rows.close();
    assertFalse(addFromHost(2));
    assertFalse(under.rows.contains(1));
    assertNull(under.onHost(1));
    assertNull(under.rows.about(1));
    under.rows.remove(1);
    under.rows.clear();
    assertEquals(0, under.rows.stats().entries());
    assertEquals(0, under.timesLost);
  }
}
