package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The segments that a process knows, which of their records are removed, and when it is. */
class SegmentsTest {
  private final Segments segments = new Segments();
  private final MemoryFiles memory = new MemoryFiles();
  private final OpenFiles files = new OpenFiles(memory.hold(Path.of("rows")), 8);

  private Segment segment(int number) throws IOException {
    SegmentName name = new SegmentName(1, number);
    memory.put(Path.of("rows").resolve(name.file(SegmentName.SEGMENT)), new byte[64]);
    return new Segment(
        name, 5, segments.newSlot(), false, files.keep(name.file(SegmentName.SEGMENT)));
  }

  @Test
  void areFoundByNumberAndByName() throws IOException {
    Segment[] all = new Segment[300];
    for (int i = 0; i < all.length; i++) {
      all[i] = segment(i);
      assertEquals(i, all[i].slot);
      assertNull(segments.at(i), "not added yet");
      segments.add(all[i]);
      assertEquals(i + 1, segments.count());
    }
    for (Segment each : all) {
      assertSame(each, segments.at(each.slot));
      assertSame(each, segments.named(each.name));
    }
    assertNull(segments.at(1 << 19));
    assertNull(segments.named(new SegmentName(2, 0)));
    assertEquals(new HashSet<>(java.util.Arrays.asList(all)), new HashSet<>(segments.all()));

    segments.remove(all[7]);
    assertNull(segments.at(7));
    assertNull(segments.named(all[7].name));
    assertSame(all[8], segments.at(8));
    assertEquals(299, segments.count());
    assertEquals(300, segments.newSlot(), "a number is used once");
  }

  @Test
  void endWhereTheirFileEnds() throws IOException {
    Segment segment = segment(1);
    assertTrue(segment.reaches(64));
    assertFalse(segment.reaches(65));
    memory.put(Path.of("rows/seg-0000000000000001-1.tcs"), new byte[100]);
    Segment longer =
        new Segment(segment.name, 5, 9, false, files.keep("seg-0000000000000001-1.tcs"));
    assertTrue(longer.reaches(100));
    assertFalse(longer.reaches(101));
  }

  @Test
  void removedRecordsAreThoseThatWereNamed() {
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      DeadRanges dead = new DeadRanges();
      BitSet expected = new BitSet();
      assertTrue(dead.isEmpty());
      for (int i = 0; i < 60; i++) {
        int from = random.nextInt(200);
        int to = from + 1 + random.nextInt(10);
        dead.add(from, to);
        expected.set(from, to);
        for (int unit = 0; unit < 215; unit++) {
          assertEquals(expected.get(unit), dead.contains(unit), "unit " + unit + ", seed " + seed);
        }
      }
      assertFalse(dead.isEmpty());
    }
  }

  @Test
  void placesAreToldApartByWhereTheyStart() {
    assertTrue(Place.isSame(Place.of(1, 2, 64), Place.of(1, 2, 0)));
    assertFalse(Place.isSame(Place.of(1, 2, 64), Place.of(1, 3, 64)));
    assertFalse(Place.isSame(Place.of(1, 2, 64), Place.of(2, 2, 64)));
    assertFalse(Place.canStartAt(0), "the header");
    assertTrue(Place.canStartAt(64));
    assertFalse(Place.canStartAt(65));
    assertTrue(Place.canStartAt(((1L << 24) - 1) * 64));
    assertFalse(Place.canStartAt((1L << 24) * 64));
  }

  @Test
  void theClockNeverRunsBackwards() {
    AtomicLong wall = new AtomicLong(1_577_836_800_000L + 5_999);
    StoreClock clock = new StoreClock(wall::get);
    assertEquals(wall.get(), clock.millis());
    assertEquals(5, clock.seconds(wall.get()), "since 2020");
    assertEquals(0, clock.seconds(1_577_836_800_999L));
    assertEquals(0, clock.seconds(0));
    assertEquals(5, clock.seconds(Long.MAX_VALUE), "a time to come counts as now");
    wall.addAndGet(-3_000);
    assertEquals(1_577_836_800_000L + 5_999, clock.millis());
    wall.set(1L << 60);
    assertEquals(Integer.MAX_VALUE, clock.seconds(1L << 59));
  }
}
