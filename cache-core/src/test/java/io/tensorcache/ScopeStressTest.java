package io.tensorcache;

import static io.tensorcache.config.CacheLevel.HEAVY;
import static io.tensorcache.config.CacheLevel.LIGHT;
import static io.tensorcache.config.CacheLevel.NONE;
import static io.tensorcache.config.CacheLevel.NORMAL;
import static io.tensorcache.config.CacheLevel.TOTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.stats.ScopeStats;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that a scope can do, by many threads on few names, against an oracle: 10^7 operations, four
 * in five of them look-ups, or as many as a minute takes. Nothing stale, nothing taken twice,
 * nothing that was removed, no more than is allowed at any instant, and in the store what was there
 * at the end.
 */
class ScopeStressTest {
  private static final int THREADS = 8;
  private static final int ROUND = 500_000;
  private static final int MOST_ENTRIES = 10;
  private static final int VALUE_BYTES = 32;

  /** Roots: four that others are computed from, two that end by time, four that persist. */
  private static final int SOURCES = 4;

  private static final int ENDING = 2;
  private static final int PERSISTING = 4;
  private static final int ROOTS = SOURCES + ENDING + PERSISTING;

  /** What is computed from the one before, of each source. */
  private static final List<String> SOURCE_NAMES = List.of("S", "K", "L");

  /** After each other operation. */
  private static final int LOOKS = 4;

  private static final List<CacheLevel> LEVELS = List.of(NONE, LIGHT, NORMAL, HEAVY, TOTAL);

  private static final List<Retention> RETENTIONS =
      List.of(Retention.COPY, Retention.STRONG, Retention.WEAK, Retention.hybrid(3));

  @TempDir Path directory;

  @Test
  @Timeout(600)
  void nothingIsStaleInAMinute() throws Exception {
    run(10_000_000, Duration.ofMinutes(1));
  }

  @Test
  @Tag("nightly")
  @Timeout(7200)
  void nothingIsStaleInAnHour() throws Exception {
    run(1_000_000_000, Duration.ofHours(1));
  }

  private void run(long operations, Duration time) throws Exception {
    long seed = System.nanoTime();
    long end = System.nanoTime() + time.toNanos();
    long done = 0;
    long found = 0;
    for (int number = 0; done < operations && System.nanoTime() < end; number++) {
      Round round = new Round(directory.resolve("r" + number), seed + number, end);
      done += round.run(number);
      found += round.oracle.found.get();
    }
    System.out.println("seed " + seed + ": " + done + " operations");
    // Of all rounds, as the last one may begin when the time is over.
    assertTrue(found > done / 20, "few values are found: " + found);
  }

  /** One program, and what the next one finds. */
  private static final class Round {
    private final Path directory;
    private final long seed;
    private final long end;
    private final ScopeOracle oracle = new ScopeOracle(ROOTS);
    private final @Nullable HostTensor[] held = new HostTensor[64]; // keeps weak ones for a while

    Round(Path directory, long seed, long end) {
      this.directory = directory;
      this.seed = seed;
      this.end = end;
    }

    private TensorCache cache() throws Exception {
      java.nio.file.Files.createDirectories(directory);
      return TensorCache.builder("stress")
          .heap(ByteSize.ofKiB(64))
          .store(store -> store.directory(directory))
          .build();
    }

    private static ScopeBuilder<HostTensor> persistent(ScopeBuilder<HostTensor> builder) {
      return builder.level(TOTAL).fingerprint(Fingerprint.version("1"));
    }

    long run(int number) throws Exception {
      Retention retention = RETENTIONS.get(number % RETENTIONS.size());
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor();
      long done = 0;
      try (TensorCache cache = cache()) {
        Scope<HostTensor> scope =
            cache
                .scopeBuilder("s", HostTensor.adapter())
                .level(TOTAL)
                .retention(retention)
                .maxEntries(MOST_ENTRIES)
                .maxBytes(ByteSize.ofBytes((MOST_ENTRIES - 1) * VALUE_BYTES))
                .clock(() -> Instant.ofEpochMilli(oracle.nowMillis.get()))
                .open();
        Scope<HostTensor> stored =
            persistent(cache.scopeBuilder("p", HostTensor.adapter())).retention(retention).open();
        Future<?> watching =
            watcher.scheduleAtFixedRate(() -> watch(scope), 0, 3, TimeUnit.MILLISECONDS);
        List<Future<Long>> all = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          SplittableRandom random = new SplittableRandom(seed * 100 + t);
          all.add(threads.submit(() -> use(scope, stored, random)));
        }
        for (Future<Long> each : all) {
          done += each.get();
        }
        assertTrue(watching.cancel(false), "the watcher ended by itself"); // by what it threw
      } finally {
        watcher.shutdownNow();
        assertTrue(watcher.awaitTermination(60, TimeUnit.SECONDS));
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
      }
      checkNextProgram();
      assertEquals(List.of(), List.copyOf(oracle.wrong), "seed " + seed + ", " + retention);
      boolean isShort = done < 1_000; // it began when the time was nearly over
      assertTrue(
          isShort || oracle.found.get() > done / 20, "few values are found: " + oracle.found);
      return done;
    }

    /** The bounds hold at every instant. */
    private void watch(Scope<HostTensor> scope) {
      ScopeStats stats = scope.stats();
      if (stats.entries() > MOST_ENTRIES
          || stats.bytes() < 0
          || stats.bytes() > (MOST_ENTRIES - 1) * VALUE_BYTES) {
        oracle.wrong.add("bounds: " + stats);
      }
    }

    private long use(Scope<HostTensor> scope, Scope<HostTensor> stored, SplittableRandom random) {
      long done = 0;
      while (done < ROUND / THREADS && oracle.wrong.isEmpty() && System.nanoTime() < end) {
        int kind = random.nextInt(100);
        if (kind < 70) {
          useSource(scope, random, random.nextInt(SOURCES));
        } else if (kind < 80) {
          useEnding(scope, random, SOURCES + random.nextInt(ENDING));
        } else if (kind < 85) {
          watch(scope);
        } else if (kind < 99) {
          usePersisting(stored, random, SOURCES + ENDING + random.nextInt(PERSISTING));
        } else {
          useAll(scope, stored, random);
        }
        lookAround(scope, stored, random);
        done += 1 + LOOKS;
      }
      return done;
    }

    /** What others do is seen between any two operations of theirs. */
    private void lookAround(
        Scope<HostTensor> scope, Scope<HostTensor> stored, SplittableRandom random) {
      for (int i = 0; i < LOOKS; i++) {
        int root = random.nextInt(ROOTS);
        ScopeOracle.Look look = oracle.look(root);
        if (root < SOURCES) {
          String name = SOURCE_NAMES.get(random.nextInt(SOURCE_NAMES.size())) + root;
          oracle.check(look, "look at " + name, scope.getIfPresent(name));
        } else if (root < SOURCES + ENDING) {
          oracle.check(look, "look at D", scope.getIfPresent("D" + root));
        } else {
          oracle.check(look, "look at P", stored.getIfPresent("P" + root));
        }
      }
    }

    private HostTensor k(Scope<HostTensor> scope, int root) {
      return scope
          .entry("K" + root)
          .dependsOn("S" + root)
          .get(() -> oracle.from(root, scope.getIfPresent("S" + root)));
    }

    private void useSource(Scope<HostTensor> scope, SplittableRandom random, int root) {
      String s = "S" + root;
      ScopeOracle.Look look = oracle.look(root);
      switch (random.nextInt(20)) {
        case 0 -> oracle.change(root, value -> scope.put(s, value));
        case 1 -> oracle.change(root, value -> scope.remove(s));
        case 2 -> oracle.change(root, value -> scope.entry(s).overwrite(() -> oracle.value(root)));
        case 3 -> oracle.checkTaken(look, "take S", scope.take(s));
        case 4 -> oracle.checkTaken(look, "take K", scope.take("K" + root));
        case 5 -> scope.remove(random.nextBoolean() ? "K" + root : "L" + root);
        case 6, 7 -> keep(random, oracle, look, "get S", scope.get(s, () -> oracle.value(root)));
        case 8, 9 -> oracle.check(look, "look K", scope.getIfPresent("K" + root));
        case 10, 11 -> oracle.check(look, "look L", scope.getIfPresent("L" + root));
        case 12 -> oracle.check(look, "look S", scope.getIfPresent(s));
        case 13, 14, 15 -> keep(random, oracle, look, "get K", k(scope, root));
        default ->
            keep(
                random,
                oracle,
                look,
                "get L",
                scope
                    .entry("L" + root)
                    .dependsOn("K" + root)
                    .get(() -> oracle.from(root, k(scope, root))));
      }
    }

    private void keep(
        SplittableRandom random,
        ScopeOracle of,
        ScopeOracle.Look look,
        String call,
        HostTensor got) {
      of.check(look, call, got);
      held[random.nextInt(held.length)] = got;
    }

    private void useEnding(Scope<HostTensor> scope, SplittableRandom random, int root) {
      String t = "T" + root;
      ScopeOracle.Look look = oracle.look(root);
      switch (random.nextInt(8)) {
        case 0 ->
            oracle.changeForMillis(
                root, 3, value -> scope.entry(t).timeToLive(Duration.ofMillis(3)).put(value));
        case 1 -> oracle.pass(1);
        case 2 -> oracle.check(look, "look T", scope.getIfPresent(t));
        case 3, 4 -> oracle.check(look, "look D", scope.getIfPresent("D" + root));
        default ->
            keep(
                random,
                oracle,
                look,
                "get D",
                scope
                    .entry("D" + root)
                    .dependsOn(t)
                    .get(() -> oracle.from(root, scope.getIfPresent(t))));
      }
    }

    private void usePersisting(Scope<HostTensor> stored, SplittableRandom random, int root) {
      String p = "P" + root;
      ScopeOracle.Look look = oracle.look(root);
      switch (random.nextInt(40)) {
        case 0, 1 ->
            oracle.change(root, value -> stored.entry(p).level(LIGHT).persisting(true).put(value));
        case 2 -> oracle.change(root, value -> stored.put(p, value));
        case 3 -> oracle.change(root, value -> stored.remove(p));
        case 4 ->
            oracle.change(
                root,
                value ->
                    stored
                        .entry(p)
                        .level(LIGHT)
                        .persisting(true)
                        .overwrite(() -> oracle.value(root)));
        case 5 -> oracle.checkTaken(look, "take P", stored.take(p));
        case 6 -> stored.level(LEVELS.get(random.nextInt(LEVELS.size())));
        case 7 -> stored.level(TOTAL);
        case 8 -> stored.trimTo(NONE);
        case 9 -> oracle.check(look, "get P", stored.get(p, () -> oracle.value(root)));
        case 10, 11, 12, 13, 14 ->
            keep(
                random,
                oracle,
                look,
                "persist P",
                stored.get(p, LIGHT, true, () -> oracle.value(root)));
        default -> oracle.check(look, "look P", stored.getIfPresent(p));
      }
    }

    private void useAll(
        Scope<HostTensor> scope, Scope<HostTensor> stored, SplittableRandom random) {
      switch (random.nextInt(20)) {
        case 0 ->
            oracle.changeAll(
                () -> {
                  scope.reset();
                  stored.reset(true, true);
                });
        case 1 -> scope.names();
        case 2 -> java.util.Arrays.fill(held, null);
        case 3 -> scope.trimTo(LIGHT);
        case 4 -> scope.describe(true);
        default -> scope.level(random.nextBoolean() ? TOTAL : LEVELS.get(random.nextInt(5)));
      }
    }

    /** What is stored is of the last version, and was not taken. */
    private void checkNextProgram() throws Exception {
      try (TensorCache cache = cache()) {
        Scope<HostTensor> stored = persistent(cache.scopeBuilder("p", HostTensor.adapter())).open();
        for (int root = SOURCES + ENDING; root < ROOTS; root++) {
          ScopeOracle.Look look = oracle.look(root);
          oracle.check(look, "the next program", stored.getIfPresent("P" + root));
        }
      }
    }
  }
}
