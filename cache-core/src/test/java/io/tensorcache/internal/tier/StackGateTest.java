package io.tensorcache.internal.tier;

import static io.tensorcache.config.Compression.LZ4;
import static io.tensorcache.internal.tier.TiersFixture.MIB;
import static io.tensorcache.internal.tier.TiersFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Compression;
import io.tensorcache.config.Tier;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows through three tiers that hold about a tenth, a fifth and two fifths of them. */
class StackGateTest {
  private static final int ROWS = 9_300;
  private static final int ROW_BYTES = 3_800; // with its heads just below a power of two

  @TempDir Path directory;
  private final Map<Lookup, Integer> hits = new EnumMap<>(Lookup.class);

  private TiersFixture tiers(WhenFull whenFull) {
    long heap = ROWS / 10 * (long) (ROW_BYTES + HeapEntry.OVERHEAD_BYTES);
    long offHeap = ROWS / 5 * PoolKind.OFF_HEAP.cost(ROW_BYTES + 70) / 49 * 50;
    return new TiersFixture(heap, offHeap, 16L * MIB, directory, whenFull, Compression.NONE);
  }

  /** Asks for rows one after the other, and stores what is not there. */
  private void ask(TiersFixture f, IntStream numbers) {
    hits.clear();
    numbers.forEach(
        number -> {
          Lookup found = f.read(number, ROW_BYTES);
          hits.merge(found, 1, Integer::sum);
          if (!found.isHit()) {
            f.store(number, ROW_BYTES);
          }
        });
  }

  private double percent(int lookups, Lookup... of) {
    int sum = Arrays.stream(of).mapToInt(each -> hits.getOrDefault(each, 0)).sum();
    return 100.0 * sum / lookups;
  }

  private double served(int lookups) {
    return percent(lookups, Lookup.HEAP_HIT, Lookup.OFF_HEAP_HIT, Lookup.DISK_HIT);
  }

  private static IntStream epoch(SplittableRandom random) {
    int[] ids = IntStream.range(0, ROWS).toArray();
    for (int i = ROWS - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = ids[i];
      ids[i] = ids[j];
      ids[j] = other;
    }
    return Arrays.stream(ids);
  }

  /** The more frequent the lower the number. */
  private static IntStream frequent(int lookups, SplittableRandom random) {
    return IntStream.range(0, lookups).map(i -> (int) (ROWS * Math.pow(random.nextDouble(), 4)));
  }

  private static long written(TiersFixture f) {
    TierStats disk = f.use(Tier.DISK);
    return disk.entries() + disk.evictions();
  }

  @Test
  void shuffledEpochsAreServedWhatFitsAndWriteNothing() {
    SplittableRandom random = new SplittableRandom(1);
    try (TiersFixture f = tiers(WhenFull.EVICT)) {
      ask(f, epoch(random));
      long written = written(f);
      double all = 0;
      for (int epoch = 0; epoch < 3; epoch++) {
        ask(f, epoch(random));
        all += served(ROWS) / 3;
      }
      double writes = 100.0 * (written(f) - written) / (3 * ROWS);
      System.out.println("StackGateTest: shuffled " + all + " %, writes " + writes + " " + f.use());
      assertTrue(all >= 69, "served: " + all + " " + f.use());
      assertTrue(writes <= 2, "rows written to disk per 100 look-ups: " + writes);
      assertEquals(0, f.events.failures.size());
    }
  }

  /** Of what Ehcache drops all the same, nothing stays uncounted. */
  @Test
  void rowsOfManySizesAreThereOrToldAsGone() {
    askForManySizes(6_000);
  }

  @Tag("nightly")
  @Test
  void rowsOfManySizesAreThereOrToldAsGoneAfterLong() {
    askForManySizes(30_000);
  }

  private void askForManySizes(int lookups) {
    SplittableRandom random = new SplittableRandom(3);
    try (TiersFixture f =
        new TiersFixture(100_000, 2L * MIB, 16L * MIB, directory, WhenFull.EVICT, LZ4)) {
      int[] sizes = new int[1_500];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = (int) (100 * Math.pow(2_000, random.nextDouble()));
      }
      Set<Integer> admitted = new HashSet<>();
      for (int i = 0; i < lookups; i++) {
        int number = (int) (sizes.length * Math.pow(random.nextDouble(), 2));
        if (!f.read(number, sizes[number]).isHit() && f.store(number, sizes[number]) != null) {
          admitted.add(number);
        }
      }
      int present = 0;
      for (int i = 0; i < sizes.length; i++) {
        present += f.tiers.contains(key(i)) ? 1 : 0;
      }
      assertEquals(present, f.use().stream().mapToLong(TierStats::entries).sum());
      Set<TensorKey> gone = new HashSet<>(f.events.evicted.keySet());
      admitted.forEach(
          number -> assertTrue(f.tiers.contains(key(number)) || gone.contains(key(number))));
      assertTrue(f.events.refused.size() > 100, "the tiers were full");
      f.use()
          .forEach(use -> assertTrue(use.bytes().bytes() <= use.limit().bytes(), use.toString()));
      assertEquals(0, f.events.failures.size());
    }
  }

  @Test
  void whatTheStoreHasIsNotWrittenToTheDisk() {
    SplittableRandom random = new SplittableRandom(4);
    try (TiersFixture f = TiersFixture.onDisk(20_000, MIB, directory, WhenFull.EVICT)) {
      for (int i = 0; i < 2_000; i++) {
        f.events.elsewhere.add(key(i));
      }
      for (int i = 0; i < 20_000; i++) {
        int number = (int) (2_000 * Math.pow(random.nextDouble(), 3));
        if (!f.read(number).isHit()) {
          f.store(number);
        }
      }
      assertEquals(0, f.use(Tier.DISK).entries());
      assertTrue(f.events.evictions.get() > 0, "rows went for others");
    }
  }

  /**
   * On the heap they serve 54 % for 36. Rarely the gate opens in between, because all tiers
   * together serve the same without it, and then 39: that hangs on the secret of the cache.
   */
  @Test
  void frequentRowsMoveUpAndRareOnesDown() {
    double recent = onHeap(WhenFull.RECENT);
    double through = 0;
    for (int i = 0; i < 4 && through <= recent + 5; i++) {
      through = onHeap(WhenFull.EVICT);
      assertTrue(through > recent, through + " after " + recent);
    }
    assertTrue(through > recent + 5, through + " after " + recent);
  }

  /** What the heap serves of the second of two runs, in percent. */
  private double onHeap(WhenFull whenFull) {
    int lookups = 4 * ROWS;
    SplittableRandom random = new SplittableRandom(2);
    try (TiersFixture f = tiers(whenFull)) {
      ask(f, epoch(random)); // the tiers are full of whatever came first
      ask(f, frequent(lookups, random));
      ask(f, frequent(lookups, random));
      System.out.println("StackGateTest: " + whenFull + " " + hits + " " + served(lookups));
      assertTrue(served(lookups) > 85, whenFull + " " + hits);
      assertEquals(0, f.events.failures.size());
      return percent(lookups, Lookup.HEAP_HIT);
    }
  }
}
