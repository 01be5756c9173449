package io.tensorcache.benchmarks;

import io.tensorcache.benchmarks.policy.PolicyBench;
import io.tensorcache.cli.Shown;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A short form of the benchmarks that prints ratios: what the cache takes over what it is compared
 * with, measured in the same run. Arguments go to the selection: {@code Key}, {@code Hit}, {@code
 * Epoch}, {@code Scope}, {@code Module}, {@code Durable}; none means all but the last two: one
 * loads PyTorch, the other writes a gigabyte of files. {@code Policy} prints how much each {@code
 * WhenFull} serves of a row of traces. With {@code --json} all of it is one object.
 */
public final class Bench {
  private final Map<String, Double> scores = new TreeMap<>();
  private final List<Map<String, Object>> figures = new ArrayList<>();
  private final PrintStream out; // of the text
  private String heading = "";

  private Bench(PrintStream out) {
    this.out = out;
  }

  /** Runs what the arguments select. */
  public static void main(String[] args) throws RunnerException {
    List<String> names = new ArrayList<>(List.of(args));
    boolean isJson = names.remove("--json");
    PrintStream text = isJson ? nothing() : System.out;
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("jdk", Runtime.version().toString());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    boolean isPolicy = names.remove("Policy");
    if (isPolicy) {
      all.put("policy", new PolicyBench(text).runAll());
    }
    if (!isPolicy || !names.isEmpty()) {
      Bench bench = new Bench(text);
      bench.run(names.isEmpty() ? List.of("Key", "Hit", "Epoch", "Scope") : names);
      bench.print();
      all.put("figures", bench.figures);
    }
    if (isJson) {
      System.out.println(Shown.json(all));
    }
  }

  private static PrintStream nothing() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  private void run(List<String> names) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    for (String name : names) {
      options.include("\\." + name + "[A-Za-z]*Benchmark");
    }
    options
        .forks(1)
        .warmupIterations(5)
        .warmupTime(TimeValue.milliseconds(800))
        .measurementIterations(5)
        .measurementTime(TimeValue.milliseconds(300))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    System.err.println("measuring, some minutes ...");
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      String benchmark = result.getParams().getBenchmark();
      String name =
          benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
      String parameter =
          String.join(
              ",",
              result.getParams().getParamsKeys().stream()
                  .map(result.getParams()::getParam)
                  .toList());
      scores.put(
          name + (parameter.isEmpty() ? "" : " " + parameter),
          result.getPrimaryResult().getScore());
    }
  }

  private void print() {
    out.printf(Locale.ROOT, "%-44s %12s %12s %8s%n", "", "tensorcache", "beside", "ratio");
    printKeys();
    printHits();
    row(
        "later epoch, ms, table by hand",
        "EpochBenchmark.cachedEpoch",
        "EpochBenchmark.tableEpoch");
    row(
        "  the same, and the images read",
        "EpochBenchmark.cachedEpoch",
        "EpochBenchmark.tableEpochWithImages");
    printScopes();
    printModule();
    printDurableHits();
    printDurableWrites();
    printDurableEpochs();
  }

  private void printKeys() {
    for (String shape : new String[] {"32x3x224x224", "64x768", "256x1024", "8x4x64x32"}) {
      row(
          "keys of " + shape + " float32, us, memcpy",
          "KeyBenchmark.keys " + shape,
          "KeyBenchmark.memcpy " + shape);
      row(
          "  the same, a plain read",
          "KeyBenchmark.keys " + shape,
          "KeyBenchmark.plainRead " + shape);
      row(
          "  the same, XXH3-128 of hash4j",
          "KeyBenchmark.keys " + shape,
          "KeyBenchmark.xxh3 " + shape);
      row(
          "  keys in Java, us, memcpy",
          "KeyBenchmark.javaKeys " + shape,
          "KeyBenchmark.memcpy " + shape);
    }
  }

  private void printHits() {
    for (String bytes : new String[] {"2048", "102400", "602112"}) {
      row(
          "heap hit of " + bytes + " B, us, memcpy",
          "HitBenchmark.heap " + bytes,
          "HitBenchmark.memcpy " + bytes);
      row(
          "off-heap hit of " + bytes + " B, us, memcpy",
          "HitBenchmark.offHeap " + bytes,
          "HitBenchmark.memcpy " + bytes);
      row(
          "  the same, PyTorch's gather",
          "HitBenchmark.offHeap " + bytes,
          "HitBenchmark.gather " + bytes);
    }
  }

  private void printModule() {
    alone("look at a module of 45 MB, us", "ModuleLookBenchmark.look", 1);
    alone("  all of it read again, ms", "ModuleLookBenchmark.recheck", 1e3);
  }

  private void printDurableHits() {
    String[] peers = {"pread", "filePerEntry", "ehcacheDisk", "mvStore"};
    for (String bytes : new String[] {"2048", "102400", "602112"}) {
      for (String peer : peers) {
        row(
            "hit on disk of " + bytes + " B, us, " + peer,
            "DurableBenchmark.store " + bytes,
            "DurableBenchmark." + peer + " " + bytes);
      }
      row(
          "  the same with LZ4 (ReLU), pread",
          "DurableBenchmark.storeLz4 " + bytes,
          "DurableBenchmark.pread " + bytes);
    }
  }

  private void printDurableWrites() {
    String[] peers = {"pwrite", "filePerEntry", "ehcacheDisk", "mvStore"};
    for (String bytes : new String[] {"2048", "102400", "602112"}) {
      for (String peer : peers) {
        row(
            "time for a store of " + bytes + " B, us, " + peer,
            "DurableWriteBenchmark.store " + bytes,
            "DurableWriteBenchmark." + peer + " " + bytes);
      }
      row(
          "  the same with LZ4 (ReLU), pwrite",
          "DurableWriteBenchmark.storeLz4 " + bytes,
          "DurableWriteBenchmark.pwrite " + bytes);
    }
  }

  private void printDurableEpochs() {
    String epoch = "DurableEpochBenchmark.";
    row("epoch from disk, ms, pread", epoch + "epoch", epoch + "pread");
    row("  prefetched", epoch + "epochPrefetched", epoch + "pread");
    row(
        "epoch from disk and computing, ms, computing",
        epoch + "computingEpoch",
        epoch + "computing");
    row("  prefetched", epoch + "computingEpochPrefetched", epoch + "computing");
    row("  out of the page cache", epoch + "coldComputingEpoch", epoch + "computing");
    row("  prefetched", epoch + "coldComputingEpochPrefetched", epoch + "computing");
    row(
        "first epoch persisting, ms, uncached",
        epoch + "firstEpochPersisting",
        epoch + "firstEpochUncached");
    row(
        "  until it is on the disk itself",
        epoch + "firstEpochFlushed",
        epoch + "firstEpochUncached");
  }

  private void printScopes() {
    for (String benchmark :
        new String[] {
          "weakGetIfPresent", "weakGet", "strongGet", "boundedGet", "hybridGet", "copyGet"
        }) {
      row(
          "scope of 10,000, " + benchmark + ", ns, map of weak references",
          "ScopeBenchmark." + benchmark,
          "ScopeBenchmark.mapOfWeakReferences");
    }
    for (String benchmark : new String[] {"printStrong", "printCopies"}) {
      alone("scope of 10,000, " + benchmark + ", ms", "ScopeBenchmark." + benchmark, 1e6);
    }
  }

  private void alone(String what, String ours, double divisor) {
    Double score = scores.get(ours);
    if (score != null) {
      out.printf(Locale.ROOT, "%-44s %12.2f%n", what, score / divisor);
      figures.add(figure(what, score / divisor));
    }
  }

  private void row(String what, String ours, String beside) {
    Double score = scores.get(ours);
    Double other = scores.get(beside);
    if (score != null && other != null) {
      out.printf(Locale.ROOT, "%-44s %12.2f %12.2f %8.2f%n", what, score, other, score / other);
      Map<String, Object> figure = figure(what, score);
      figure.put("beside", other);
      figure.put("ratio", score / other);
      figures.add(figure);
    }
  }

  /** A line that begins with blanks goes on with the one before it. */
  private Map<String, Object> figure(String what, double score) {
    Map<String, Object> figure = new LinkedHashMap<>();
    if (!what.startsWith(" ")) {
      heading = what;
    }
    figure.put("what", what.startsWith(" ") ? heading + ":" + what.substring(1) : what);
    figure.put("tensorcache", score);
    return figure;
  }
}
