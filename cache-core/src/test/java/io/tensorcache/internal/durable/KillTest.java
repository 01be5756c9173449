package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.files;
import static io.tensorcache.internal.durable.DurableFixture.open;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Lookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes are killed with SIGKILL while they write; more of them in the nightly form. */
class KillTest {
  private static final int WRITERS = 3;
  private static final int RANGE = 1_000_000;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  @Tag("slow")
  @Test
  void everyAcknowledgedRowSurvivesKill() throws Exception {
    kill(12);
  }

  @Test
  @Tag("nightly")
  void everyAcknowledgedRowSurvivesManyKills() throws Exception {
    kill(200);
  }

  private void kill(int kills) throws Exception {
    long seed = Long.getLong("durable.seed", System.nanoTime());
    System.out.println("KillTest: -Ddurable.seed=" + seed);
    Random random = new Random(seed);
    Map<Integer, Integer> acknowledged = new TreeMap<>();
    for (int round = 0; round * WRITERS < kills; round++) {
      killSome(round, random, acknowledged);
      try (DurableStore store = open(directory, events)) {
        verify(store, acknowledged);
      }
      assertEquals(List.of(), events.failures, "round " + round);
      assertTailsAreCut();
    }
    int rows = 0;
    for (Map.Entry<Integer, Integer> range : acknowledged.entrySet()) {
      rows += range.getValue() - range.getKey() + 1;
    }
    System.out.println("KillTest: " + acknowledged.size() + " kills, " + rows + " rows, 0 lost");
    assertTrue(acknowledged.size() >= kills && rows > kills * 10);
  }

  private void killSome(int round, Random random, Map<Integer, Integer> acknowledged)
      throws Exception {
    ChildProcess[] children = new ChildProcess[WRITERS];
    try {
      for (int i = 0; i < WRITERS; i++) {
        int from = (round * WRITERS + i) * RANGE;
        children[i] = new ChildProcess(KilledWriter.class, directory, from);
      }
      for (int i = 0; i < WRITERS; i++) {
        children[i].awaitStart();
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(40_000)));
        children[i].kill();
        assertTrue(children[i].acknowledged() >= 0, () -> "nothing acknowledged");
        acknowledged.put((round * WRITERS + i) * RANGE, children[i].acknowledged());
      }
    } finally {
      for (ChildProcess child : children) {
        if (child != null) {
          child.close();
        }
      }
    }
  }

  /** All of the acknowledged, and what was on its way either not at all or right. */
  private static void verify(DurableStore store, Map<Integer, Integer> acknowledged) {
    for (Map.Entry<Integer, Integer> range : acknowledged.entrySet()) {
      int end = range.getValue() + 1;
      for (int number = range.getKey(); number < end; number++) {
        if (!store.contains(DurableFixture.key(number))) {
          throw new AssertionError("row " + number + " of " + range + " is lost");
        }
      }
      int last = range.getKey() + RANGE - 1;
      for (int number = Math.max(range.getKey(), end - 200);
          number < Math.min(last, end + 60);
          number++) {
        Lookup found = read(store, number);
        assertTrue(
            found == Lookup.DURABLE_HIT || number >= end && found == Lookup.MISS,
            number + " of " + range + ": " + found);
      }
    }
  }

  /** Nobody lives: everything is sealed, nothing is left over. */
  private void assertTailsAreCut() throws Exception {
    for (Path segment : files(directory, SegmentName.SEGMENT)) {
      Path index = Path.of(segment.toString().replace(SegmentName.SEGMENT, SegmentName.INDEX));
      assertTrue(Files.exists(index), () -> segment + " is open");
      assertEquals(0, Files.size(segment) % SegmentFormatV1.UNIT);
    }
    assertEquals(
        List.of(Ledger.FILE),
        files(directory, SegmentName.LOCK).stream()
            .map(file -> file.getFileName().toString())
            .toList());
    assertEquals(List.of(), files(directory, SegmentName.TEMPORARY));
  }
}
