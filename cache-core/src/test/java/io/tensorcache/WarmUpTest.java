package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.config.WhenFull;
import io.tensorcache.stats.WarmUp;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.HostTensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Warming a function up, and going on where it ended. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WarmUpTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final int ROWS = 25;
  private static final int BATCHES = 40;
  private static final int WIDTH = 300;

  @TempDir Path directory;

  private TensorCache cache() {
    return cache(directory);
  }

  private static TensorCache cache(Path directory) {
    return TensorCache.builder("rows")
        .heap(ByteSize.ofMiB(8))
        .store(store -> store.directory(directory))
        .build();
  }

  private static CachedFunction<HostTensor> persisting(TensorCache cache, Counted function) {
    return cache.function("f", V1, HostTensor.adapter()).persisting(true).wrap(function);
  }

  private static Iterable<HostTensor> dataset(int batches) {
    return () -> IntStream.range(0, batches).mapToObj(i -> batch(i * ROWS, ROWS, 3)).iterator();
  }

  @Test
  void writesWhatOnlyMemoryHas() {
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> function = persisting(cache, features);
      function.warm(dataset(2));
      assertEquals(2 * ROWS, cache.store().prune(RowSelection.all()).rows());
      WarmUp done = function.warm(dataset(2));
      assertEquals(2 * ROWS, done.found(), "in memory");
      assertTrue(done.isSafe());
      assertEquals(2 * ROWS, cache.store().wouldPrune(RowSelection.all()).rows());
      assertEquals(2 * ROWS, features.rows.get());
    }
  }

  @Test
  void isNotCompleteWhenTheWeightsChangedOnTheWay() {
    try (TensorCache cache = cache()) {
      AtomicInteger version = new AtomicInteger();
      CachedFunction<HostTensor> function =
          cache
              .function(
                  "f",
                  () -> Fingerprint.version(Integer.toString(version.get())),
                  HostTensor.adapter())
              .persisting(true)
              .wrap(Counted.features(WIDTH));
      WarmUp done = function.warm(dataset(2), soFar -> version.incrementAndGet());
      assertFalse(done.isComplete() || done.isSafe(), done.toString());
    }
  }

  /** Warms the whole data set up and kills itself, with SIGKILL, in the middle of it. */
  static final class Child {
    public static void main(String[] args) throws IOException {
      try (TensorCache cache = cache(Path.of(args[0]))) {
        persisting(cache, Counted.features(WIDTH))
            .warm(
                dataset(BATCHES),
                done -> {
                  System.out.println(done.found() + " " + done.computed());
                  if (done.rows() == Integer.parseInt(args[1])) {
                    kill();
                  }
                });
      }
    }

    private static void kill() {
      try {
        String pid = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-KILL", pid).start().waitFor();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private record Killed(int exitCode, long found, long computed) {}

  private Killed runAndKill(int atRows) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString(),
                Integer.toString(atRows))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String[] last = {"0", "0"};
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = out.readLine()) != null; ) {
        last = line.matches("\\d+ \\d+") ? line.split(" ") : last;
      }
      assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child ends");
    } finally {
      child.destroyForcibly();
    }
    return new Killed(child.exitValue(), Long.parseLong(last[0]), Long.parseLong(last[1]));
  }

  /** Each run finds what was safe and computes the rest: nothing twice but what was lost. */
  @Test
  void aKilledWarmUpGoesOnAtTheFirstMissingRow() throws IOException, InterruptedException {
    int all = ROWS * BATCHES;
    long safe = 0;
    for (int at : new int[] {all / 4, all / 2, all * 3 / 4}) {
      Killed killed = runAndKill(at);
      assertEquals(137, killed.exitCode(), "ended by SIGKILL");
      assertEquals(at, killed.found() + killed.computed());
      assertEquals(Math.min(safe, at), killed.found());
      try (RowStore store = RowStore.open(directory, "rows")) {
        List<Long> rows = store.functions().stream().map(each -> each.rows()).toList();
        long now = rows.isEmpty() ? 0 : rows.get(0);
        assertTrue(now >= safe && now <= at, now + " rows after " + at + ", before " + safe);
        safe = now;
      }
    }
    assertTrue(safe > 0, "something was safe");
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      WarmUp done = persisting(cache, features).warm(dataset(BATCHES));
      assertEquals(safe, done.found());
      assertEquals(all - safe, done.computed());
      assertEquals(done.computed(), features.rows.get());
      assertTrue(done.isComplete() && done.isSafe());
      HostTensor x = batch(0, all, 3);
      assertTrue(sameBits(Counted.featuresOf(x, WIDTH, 1), persisting(cache, features).apply(x)));
      assertEquals(done.computed(), features.rows.get());
    }
  }

  @Test
  void saysWhatItDid() {
    List<WarmUp> reports = new ArrayList<>();
    try (TensorCache cache = cache()) {
      Counted features = Counted.features(WIDTH);
      CachedFunction<HostTensor> function = persisting(cache, features);
      function.apply(batch(0, 10, 3));
      HostTensor copies = Counted.rowsOf(batch(10, 5, 3), 0, 1, 0, 4, 4, 4);
      WarmUp done = function.warm(List.of(batch(5, 10, 3), copies, batch(0, 0, 3)), reports::add);
      assertEquals(3, reports.size());
      assertEquals(List.of(10L, 16L, 16L), reports.stream().map(WarmUp::rows).toList());
      assertEquals(5 + 3, done.found(), "5 of the first batch, 3 of the second are there");
      assertEquals(5, done.computed());
      assertEquals(3, done.copies());
      assertEquals(3, done.batches());
      assertEquals(ByteSize.ofBytes(5 * WIDTH * Float.BYTES), done.computedBytes());
      assertEquals(15, features.rows.get());
      assertEquals(2, features.calls.get());
      assertTrue(done.isSafe() && done.isComplete());
      assertFalse(reports.get(2).isComplete());
      assertTrue(done.elapsed().compareTo(reports.get(2).elapsed()) >= 0);
      assertEquals(15, cache.store().functions().get(0).rows());
    }
  }

  @Test
  void endsBetweenBatchesWhenInterrupted() {
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> function = persisting(cache, features);
      WarmUp done =
          function.warm(
              dataset(BATCHES),
              report -> {
                if (report.batches() == 3) {
                  Thread.currentThread().interrupt();
                }
              });
      assertTrue(Thread.interrupted(), "it stays interrupted");
      assertEquals(3, done.batches());
      assertFalse(done.isComplete());
      WarmUp rest = function.warm(dataset(BATCHES));
      assertEquals(3 * ROWS, rest.found());
      assertEquals(ROWS * BATCHES, features.rows.get());
    }
  }

  @Test
  void whatTheProgressThrowsEndsItAndTheRowsBeforeAreStored() {
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> function = persisting(cache, features);
      assertThrows(
          ArithmeticException.class,
          () ->
              function.warm(
                  dataset(BATCHES),
                  report -> {
                    throw new ArithmeticException();
                  }));
      assertEquals(ROWS, features.rows.get());
      assertEquals(ROWS, function.warm(dataset(2)).found());
    }
  }

  @Test
  void recomputesWholeBatchesWhereThatIsAsked() {
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> function =
          cache
              .function("f", V1, HostTensor.adapter())
              .persisting(true)
              .onPartialMiss(PartialMiss.RECOMPUTE_BATCH)
              .wrap(features);
      function.apply(batch(0, 10, 3));
      WarmUp done = function.warm(List.of(batch(5, 10, 3)));
      assertEquals(5, done.computed(), "that were missing");
      assertEquals(20, features.rows.get());
    }
  }

  @Test
  void warmsSeveralInputsAndArguments() {
    Counted features = Counted.features(WIDTH);
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> function =
          cache
              .function("f", V1, HostTensor.adapter())
              .persisting(true)
              .wrapOperation(inputs -> Outputs.of(features.apply(inputs.tensor("x"))));
      Inputs<HostTensor> two =
          Inputs.<HostTensor>none().and("x", batch(0, 4, 3)).and("y", batch(9, 4, 2)).with("k", 3);
      assertEquals(4, function.warmInputs(List.of(two), done -> {}).computed());
      assertEquals(4, function.warmInputs(List.of(two), done -> {}).found());
      assertEquals(4, function.warmInputs(List.of(two.with("l", 1)), done -> {}).computed());
    }
  }

  @Test
  void saysWhenRowsAreNotSafe() {
    try (TensorCache cache =
        TensorCache.builder("rows")
            .heap(ByteSize.ofMiB(8))
            .store(
                store ->
                    store
                        .directory(directory)
                        .limit(ByteSize.ofMiB(1))
                        .whenFull(WhenFull.KEEP_FIRST))
            .build()) {
      WarmUp done = persisting(cache, Counted.features(20_000)).warm(dataset(2));
      assertTrue(done.isComplete());
      assertFalse(done.isSafe(), "50 rows of 80 KB do not fit 1 MiB");
    }
    try (TensorCache memory = TensorCache.builder("m").heap(ByteSize.ofMiB(8)).build()) {
      Counted features = Counted.features(3);
      var function = memory.wrap("f", V1, HostTensor.adapter(), features);
      assertFalse(function.warm(dataset(2)).isSafe(), "does not persist");
      function.apply(batch(0, 2 * ROWS, 3));
      assertEquals(2 * ROWS, features.rows.get());
    }
  }

  @Test
  void refusesWhatCannotBeWarmed() {
    CachedFunction<HostTensor> function;
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> heavy =
          cache
              .function("g", V1, HostTensor.adapter())
              .level(CacheLevel.HEAVY)
              .wrap(Counted.features(3));
      String why =
          assertThrows(IllegalStateException.class, () -> heavy.warm(dataset(1))).getMessage();
      assertTrue(why.contains("level HEAVY is not stored in a cache of level NORMAL"), why);
      function = persisting(cache, Counted.features(3));
      HostTensor bad = HostTensor.ofFloats(new float[] {1});
      assertThrows(IllegalArgumentException.class, () -> function.warm(List.of(bad)));
    }
    assertThrows(IllegalStateException.class, () -> function.warm(dataset(1)));
  }
}
