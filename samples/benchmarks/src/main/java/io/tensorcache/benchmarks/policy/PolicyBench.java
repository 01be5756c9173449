package io.tensorcache.benchmarks.policy;

import io.tensorcache.config.Weigh;
import io.tensorcache.config.WhenFull;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints how many look-ups of each trace a heap tier serves under each {@code WhenFull}, and
 * Belady's bound beside them; then what three tiers serve, and what {@code Weigh} saves. Epochs
 * count from the second on.
 */
public final class PolicyBench {
  private static final int ROWS = 5_000;
  private static final int EPOCHS = 5;

  private final PrintStream out;

  PolicyBench(PrintStream out) {
    this.out = out;
  }

  /** Runs it to standard output. */
  public static void main() {
    PolicyBench bench = new PolicyBench(System.out);
    bench.run(new Traces(ROWS, 0));
    bench.runStack();
    bench.runWeighed();
  }

  private void runStack() {
    out.printf(Locale.ROOT, "%n%s%n", "three tiers of 10, 20 and 40 %, shuffled");
    for (WhenFull whenFull : WhenFull.values()) {
      try (StackRun run = new StackRun(whenFull)) {
        StackRun.Served served = run.run(EPOCHS);
        out.printf(
            Locale.ROOT,
            "%-12s %.1f %% served, %.1f rows written to disk for 100 look-ups%n",
            whenFull,
            served.percent(),
            served.written());
      }
    }
  }

  void runWeighed() {
    out.printf(Locale.ROOT, "%n%s%n", "two functions, one costly, 2 x the tier, shuffled");
    for (Weigh weigh : Weigh.values()) {
      try (WeighRun run = new WeighRun(weigh)) {
        out.printf(
            Locale.ROOT, "%-14s %.1f %% of the time saved%n", weigh, run.percentSaved(EPOCHS));
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
    out.printf(Locale.ROOT, "%-42s", trace.name());
    out.flush(); // a trace takes seconds
    for (WhenFull whenFull : WhenFull.values()) {
      try (TierRun run = new TierRun(trace, whenFull)) {
        percent(run.hits(), trace);
      }
    }
    if (trace.isOfEqualRows()) {
      percent(Belady.hits(trace), trace);
    } else {
      out.printf(Locale.ROOT, " %12s", "-"); // his rule is for rows of one size
    }
    out.println();
  }

  private void percent(int hits, Trace trace) {
    out.printf(Locale.ROOT, " %12.1f", 100.0 * hits / trace.counted());
  }
}
