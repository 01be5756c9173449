package io.tensorcache.benchmarks.policy;

import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints how many look-ups of each trace a heap tier serves under each {@code WhenFull}, and
 * Belady's bound beside them; then what three tiers and a store serve, and what {@code Weigh}
 * saves. Epochs count from the second on.
 */
public final class PolicyBench {
  private static final int ROWS = 5_000;
  private static final int EPOCHS = 5;

  private final PrintStream out;
  private final List<Map<String, Object>> figures = new ArrayList<>();

  /** Prints to {@code out}. */
  public PolicyBench(PrintStream out) {
    this.out = out;
  }

  /** Runs all of it; returns what it printed, an object a line. */
  public List<Map<String, Object>> runAll() {
    run(new Traces(ROWS, 0));
    runStack();
    runStore();
    runWeighed();
    return figures;
  }

  private void runStack() {
    out.printf(Locale.ROOT, "%n%s%n", "three tiers of 10, 20 and 40 %, shuffled");
    for (WhenFull whenFull : WhenFull.values()) {
      try (StackRun run = new StackRun(whenFull)) {
        printServed("three tiers", whenFull, run.run(EPOCHS));
      }
    }
  }

  void runStore() {
    for (double ratio : new double[] {1.1, 2}) {
      String what = String.format(Locale.ROOT, "a store, shuffled, over %.1f x", ratio);
      out.printf(Locale.ROOT, "%n%s%n", what);
      for (WhenFull whenFull : WhenFull.values()) {
        try (StoreRun run = new StoreRun(whenFull, ratio)) {
          printServed(what, whenFull, run.run(EPOCHS));
        }
      }
    }
  }

  private void printServed(String what, WhenFull whenFull, Served served) {
    out.printf(
        Locale.ROOT,
        "%-12s %.1f %% served, %.1f rows written to disk for 100 look-ups%n",
        whenFull,
        served.percent(),
        served.written());
    Map<String, Object> figure = new LinkedHashMap<>();
    figure.put("what", what);
    figure.put("when_full", whenFull);
    figure.put("percent_served", served.percent());
    figure.put("written_per_100", served.written());
    figures.add(figure);
  }

  void runWeighed() {
    out.printf(Locale.ROOT, "%n%s%n", "two functions, one costly, 2 x the tier, shuffled");
    for (Weigh weigh : Weigh.values()) {
      try (WeighRun run = new WeighRun(weigh)) {
        double saved = run.percentSaved(EPOCHS);
        out.printf(Locale.ROOT, "%-14s %.1f %% of the time saved%n", weigh, saved);
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("what", "two functions, one costly");
        figure.put("weigh", weigh);
        figure.put("percent_saved", saved);
        figures.add(figure);
      }
    }
  }

  void run(Traces traces) {
    out.printf(Locale.ROOT, "%-42s", "hits, % of the look-ups");
    for (WhenFull whenFull : WhenFull.values()) {
      out.printf(Locale.ROOT, " %12s", whenFull);
    }
    out.printf(Locale.ROOT, " %12s%n", "possible");
    traces.all().forEach(this::print);
  }

  private void print(Trace trace) {
    Map<String, Object> figure = new LinkedHashMap<>();
    figure.put("what", trace.name().strip());
    out.printf(Locale.ROOT, "%-42s", trace.name());
    out.flush(); // a trace takes seconds
    for (WhenFull whenFull : WhenFull.values()) {
      try (TierRun run = new TierRun(trace, whenFull)) {
        figure.put(whenFull.name().toLowerCase(Locale.ROOT), percent(run.hits(), trace));
      }
    }
    if (trace.isOfEqualRows()) {
      figure.put("possible", percent(Belady.hits(trace), trace));
    } else {
      out.printf(Locale.ROOT, " %12s", "-"); // his rule is for rows of one size
    }
    out.println();
    figures.add(figure);
  }

  private double percent(int hits, Trace trace) {
    double percent = 100.0 * hits / trace.counted();
    out.printf(Locale.ROOT, " %12.1f", percent);
    return percent;
  }
}
