package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.byteCount;
import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.open;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.store.RowSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several stores on one directory: in other processes, and in this one. */
@Tag("slow")
class ProcessesTest {
  private static final int LIMIT_KIB = 8192;
  private static final int QUEUE_KIB = 8192; // of the fixture's settings
  private static final int RANGE = 8000; // about 13 MB

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  /** Three processes and this one; the limit is watched while they run. */
  @ParameterizedTest
  @EnumSource(WhenFull.class)
  void processesShareADirectoryAndItsLimit(WhenFull whenFull) throws Exception {
    List<ChildProcess> children = new ArrayList<>();
    long most = 0;
    try {
      for (int i = 0; i < 3; i++) {
        children.add(
            new ChildProcess(
                SharingProcess.class, directory, 100 + i, RANGE, 3000, LIMIT_KIB, whenFull));
      }
      for (ChildProcess child : children) {
        child.awaitStart();
      }
      try (DurableStore store = open(directory, config(LIMIT_KIB, whenFull, 128), events)) {
        for (int i = 0; i < 1500; i++) {
          if (read(store, i % RANGE) == Lookup.MISS) {
            store(store, i % RANGE);
          }
          if (i % 20 == 0) {
            most = Math.max(most, byteCount(directory));
          }
        }
      }
      for (ChildProcess child : children) {
        child.awaitEnd();
        System.out.println("ProcessesTest: " + child.output());
      }
    } finally {
      for (ChildProcess child : children) {
        child.close();
      }
    }
    most = Math.max(most, byteCount(directory));
    System.out.println("ProcessesTest: at most " + (most >> 10) + " KiB of " + LIMIT_KIB);
    assertTrue(most <= (long) (LIMIT_KIB + QUEUE_KIB / 8) << 10, most + " bytes");
    assertEquals(List.of(), events.failures);
    try (DurableStore store = open(directory, config(LIMIT_KIB, whenFull, 128), events)) {
      assertTrue(found(store, 0, RANGE) > RANGE / 8);
      assertEquals(List.of(), events.failures);
    }
  }

  /** Each child ends with an error if a row is wrong or anything is told. */
  @Test
  void fourProcessesOfTenThousandRowsWithKills() throws Exception {
    long seed = Long.getLong("durable.seed", System.nanoTime());
    Random random = new Random(seed);
    List<ChildProcess> children = new ArrayList<>();
    int kills = 0;
    try {
      for (int i = 0; i < 4; i++) {
        children.add(sharing(i));
      }
      for (; kills < 6; kills++) {
        int victim = random.nextInt(4);
        children.get(victim).awaitStart();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(100)));
        children.get(victim).kill();
        children.set(victim, sharing(10 + kills));
      }
      for (ChildProcess child : children) {
        child.awaitEnd();
      }
    } finally {
      for (ChildProcess child : children) {
        child.close();
      }
    }
    try (DurableStore store = open(directory, events)) {
      int found = found(store, 0, RANGE);
      System.out.println(
          "ProcessesTest: 4 processes, 40,000 look-ups, " + kills + " kills, " + found + " rows");
      assertTrue(found > RANGE / 2, "seed " + seed + ": " + found);
    }
    assertEquals(List.of(), events.failures, "seed " + seed);
  }

  private ChildProcess sharing(int seed) throws IOException {
    return new ChildProcess(
        SharingProcess.class, directory, seed, RANGE, 10_000, 1 << 20, WhenFull.EVICT);
  }

  @Test
  void eachStoreKeepsToItsOwnLimit() throws Exception {
    try (DurableStore large = open(directory, config(8192, WhenFull.EVICT, 128), events);
        DurableStore small = open(directory, config(2048, WhenFull.KEEP_FIRST, 128), events)) {
      int declined = 0;
      for (int i = 0; i < 6000; i++) {
        assertTrue(store(large, i));
        declined += store(small, 10_000 + i) ? 0 : 1;
        if (i % 100 == 99) {
          assertTrue(large.flush());
          small.flush();
          assertTrue(byteCount(directory) <= 8192L << 10, "after " + i);
        }
      }
      assertTrue(declined > 3000, "full for the one that may use less: " + declined);
      assertTrue(byteCount(directory) > 4096L << 10, "and not for the other");
      assertTrue(found(large, 5000, 6000) > 900);
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void storesOfOneProcessSeeEachOther() {
    try (DurableStore one = open(directory, config(1 << 16, WhenFull.EVICT, 32), events);
        DurableStore two = open(directory, config(1 << 16, WhenFull.EVICT, 32), events)) {
      for (int i = 0; i < 100; i++) {
        store(i % 2 == 0 ? one : two, i);
      }
      one.flush();
      two.flush();
      await(() -> found(one, 0, 100) == 100 && found(two, 0, 100) == 100);
      one.remove(key(1)); // of the other one
      two.remove(key(2));
      one.flush();
      two.flush();
      await(() -> !two.contains(key(1)) && !one.contains(key(2)));
      assertEquals(49, two.prune(RowSelection.ofFunction("net")).rows() - 49);
      await(() -> found(one, 0, 100) == 0);
      store(one, 7);
      one.flush();
      await(() -> read(two, 7) == Lookup.DURABLE_HIT);
      two.clear();
      await(() -> read(one, 7) == Lookup.MISS);
    }
    try (DurableStore store = open(directory, events)) {
      assertEquals(0, found(store, 0, 100));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void closingOneStoreDoesNotUnlockTheOther() {
    DurableStore one = open(directory, events);
    store(one, 1);
    one.flush();
    for (int i = 0; i < 3; i++) {
      open(directory, events).close(); // would take over what looks dead
    }
    store(one, 2);
    assertTrue(one.flush());
    assertEquals(2, found(one, 1, 3));
    one.close();
    try (DurableStore store = open(directory, events)) {
      assertEquals(2, found(store, 1, 3));
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void whatADeadProcessLeftIsTakenOverWhileOthersRun() throws Exception {
    try (DurableStore store = open(directory, events)) {
      int last;
      try (ChildProcess child = new ChildProcess(KilledWriter.class, directory, 0)) {
        child.awaitStart();
        await(() -> store.contains(key(0)) || read(store, 0) == Lookup.DURABLE_HIT);
        child.kill();
        last = child.acknowledged();
      }
      await(
          () ->
              DurableFixture.files(directory, SegmentName.INDEX).size()
                  >= DurableFixture.files(directory, SegmentName.SEGMENT).size());
      assertEquals(last + 1, found(store, 0, last + 1));
    }
    assertEquals(List.of(), events.failures);
  }

  /** Something that may throw. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  /** Returns when it holds, at the latest after 30 seconds. */
  private static void await(Condition condition) {
    BooleanSupplier holds =
        () -> {
          try {
            return condition.holds();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "does not become true");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
