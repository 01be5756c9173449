package io.tensorcache.benchmarks.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bench with few rows, and its traces. */
class PolicyBenchTest {
  private static final int ROWS = 55;

  private final List<Trace> traces = new Traces(ROWS, 1).all();

  @Test
  void noTierServesMoreThanIsPossible() {
    for (Trace trace : traces) {
      for (WhenFull whenFull : WhenFull.values()) {
        try (TierRun run = new TierRun(trace, whenFull)) {
          int hits = run.hits();
          int most = trace.isOfEqualRows() ? Belady.hits(trace) : trace.counted();
          assertTrue(hits <= most, trace.name() + ", " + whenFull + ": " + hits + " of " + most);
        }
      }
    }
  }

  @Test
  void whatIsKeptFirstIsTheMostThatEpochsAllow() {
    for (Trace trace : traces.subList(0, 10)) {
      try (TierRun run = new TierRun(trace, WhenFull.KEEP_FIRST)) {
        assertEquals(Belady.hits(trace), run.hits(), trace.name());
      }
    }
  }

  @Test
  void tracesAreOfTheRowsTheySay() {
    int[] all = IntStream.range(0, ROWS).toArray();
    for (Trace trace : traces.subList(0, 10)) {
      for (int from = 0; from < trace.ids().length; from += ROWS) {
        int[] epoch = Arrays.copyOfRange(trace.ids(), from, from + ROWS);
        Arrays.sort(epoch);
        assertArrayEquals(all, epoch, trace.name());
      }
    }
    for (Trace trace : traces) {
      assertTrue(Arrays.stream(trace.ids()).allMatch(id -> id < trace.weights().length));
      assertTrue(Arrays.stream(trace.weights()).allMatch(weight -> weight >= 1 && weight <= 64));
      assertTrue(trace.counted() > 0 && trace.tierUnits() > 0, trace.name());
    }
    List<Trace> again = new Traces(ROWS, 1).all();
    List<Trace> others = new Traces(ROWS, 2).all();
    assertArrayEquals(traces.get(7).ids(), again.get(7).ids());
    assertTrue(!Arrays.equals(traces.get(7).ids(), others.get(7).ids()));
  }

  @Test
  void rowsThatSaveMoreAreKeptWhereThatIsWeighed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new PolicyBench(new PrintStream(bytes, true, StandardCharsets.UTF_8)).runWeighed();
    List<Double> saved =
        bytes
            .toString(StandardCharsets.UTF_8)
            .lines()
            .skip(2)
            .map(line -> Double.parseDouble(line.split(" +")[1]))
            .toList();
    assertTrue(saved.get(0) > 40 && saved.get(0) < 60, "half of the rows: " + saved.get(0));
    assertTrue(saved.get(1) > 85, "most of the costly ones: " + saved.get(1));
  }

  @Test
  void aStoreIsNotWrittenAnewInEachEpoch() {
    for (WhenFull whenFull : WhenFull.values()) {
      try (StoreRun run = new StoreRun(whenFull, 2)) {
        Served served = run.run(3);
        boolean isRecent = whenFull == WhenFull.RECENT;
        assertEquals(!isRecent, served.percent() > 45, whenFull + ": " + served);
        assertEquals(!isRecent, served.written() < 5, whenFull + ": " + served);
      }
    }
  }

  @Test
  void printsALineATrace() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new PolicyBench(new PrintStream(bytes, true, StandardCharsets.UTF_8)).run(new Traces(44, 3));
    List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(traces.size() + 1, lines.size());
    assertTrue(lines.get(0).matches(".*EVICT +RECENT +KEEP_FIRST +possible"), lines.get(0));
    assertTrue(lines.get(2).matches("in order, 1.100 x the tier( +[0-9.]+){4}"), lines.get(2));
    assertTrue(lines.get(lines.size() - 1).endsWith(" -"), "no bound for many sizes");
  }
}
