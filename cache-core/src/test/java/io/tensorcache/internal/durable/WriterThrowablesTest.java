package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.config;
import static io.tensorcache.internal.durable.DurableFixture.key;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.durable.DurableFixture.Events;
import io.tensorcache.store.RowSelection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The n-th thing that the writer's thread asks of the file system or of the allocator throws what
 * nobody expects, for every n: whoever waits gets an answer, it is told, and what was acknowledged
 * stays.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("slow")
class WriterThrowablesTest {
  private static final String WRITER = "tensorcache-durable-";
  private static final int BEFORE = 6;
  private static final int AFTER = 40;

  private static final Map<String, Supplier<Error>> ERRORS =
      Map.of(
          "heap", () -> new OutOfMemoryError("Java heap space"),
          "class", () -> new NoClassDefFoundError("gone"),
          "stack", StackOverflowError::new);

  @TempDir Path directory;

  /** Throws at one call or, as a heap that is full does, from it on until it is told to stop. */
  private static final class Thrower implements FaultyFiles.Fault {
    final AtomicBoolean hasThrown = new AtomicBoolean();
    private final long number;
    private final boolean stays;
    private final Supplier<Error> error;
    private volatile boolean isOff;
    private long calls; // of the writer's thread
    private volatile boolean hasAllocated;

    Thrower(long number, boolean stays, Supplier<Error> error) {
      this.number = number;
      this.stays = stays;
      this.error = error;
    }

    @Override
    public void check(FaultyFiles.Operation operation, Path file) {
      called();
    }

    void allocates() {
      hasAllocated = true;
      called();
    }

    void called() {
      if (isOff || !Thread.currentThread().getName().startsWith(WRITER)) {
        return;
      }
      calls++;
      if (calls == number || stays && calls > number) {
        hasThrown.set(true);
        throw error.get();
      }
    }
  }

  static Stream<Arguments> kinds() {
    return ERRORS.keySet().stream()
        .flatMap(kind -> Stream.of(Arguments.of(kind, false), Arguments.of(kind, true)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void nobodyWaitsForEverAndNothingAcknowledgedIsLost(String kind, boolean stays) throws Exception {
    long number = 0;
    boolean hasThrown = true;
    while (hasThrown) {
      number++;
      Path of = Files.createDirectory(directory.resolve("n" + number));
      Thrower thrower = new Thrower(number, stays, ERRORS.get(kind));
      try {
        hasThrown = use(of, thrower);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("call " + number + " throws", e);
      }
    }
    assertTrue(number > 30, number + " calls");
  }

  /** A little of everything; true if something was thrown. */
  private static boolean use(Path of, Thrower thrower) {
    Events events = new Events();
    FaultyFiles files = new FaultyFiles();
    DurableStore store =
        DurableStore.open(
            of, "rows", config(1 << 10, WhenFull.EVICT, 16), events, files, () -> 1L << 40);
    for (int row = 0; row < BEFORE; row++) {
      assertTrue(store(store, row));
    }
    assertTrue(store.flush());
    files.fault = thrower;
    files.allocation = thrower::allocates;
    for (int row = BEFORE; row < AFTER; row++) {
      store(store, row);
    }
    boolean isComplete = store.flush();
    store.remove(key(BEFORE));
    boolean isRemoved = store.flush() && isComplete;
    store.prune(RowSelection.ofFunction("another"));
    thrower.isOff = true;
    store.flush();
    store.close();
    assertTrue(thrower.hasAllocated, "the allocator was asked");
    if (thrower.hasThrown.get()) {
      assertFalse(events.failures.isEmpty(), "it is told");
    } else {
      assertEquals(List.of(), events.failures);
    }
    Events again = new Events();
    try (DurableStore reopened = DurableFixture.open(of, again)) {
      for (int row = 0; row < (isComplete ? AFTER : BEFORE); row++) {
        Lookup found = read(reopened, row);
        assertTrue(row == BEFORE || found == Lookup.DURABLE_HIT, "row " + row + ": " + found);
      }
      if (isRemoved) {
        assertEquals(Lookup.MISS, read(reopened, BEFORE));
      }
    }
    assertEquals(List.of(), again.failures);
    return thrower.hasThrown.get();
  }
}
