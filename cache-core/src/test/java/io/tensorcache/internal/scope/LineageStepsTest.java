package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.scope.RemovalCause;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a change costs does not grow with what is known of its name. */
class LineageStepsTest {
  private static final int FEW = 1_500;
  private static final int TIMES = 8;

  /** A way of use, {@code count} times. */
  enum Use {
    /** All are computed from one name, which changes at the end. */
    DEPENDENTS_OF_ONE {
      @Override
      void run(HandTable hand, int count) {
        for (int i = 0; i < count; i++) {
          put(hand, "x" + i, "sample");
        }
        remove(hand, "sample");
        assertEquals(0, hand.table.size());
      }
    },
    /** They come and leave. */
    DEPENDENTS_THAT_LEAVE {
      @Override
      void run(HandTable hand, int count) {
        for (int i = 0; i < count; i++) {
          put(hand, "x" + i, "sample");
          evict(hand, "x" + i);
        }
      }
    },
    /** Their source is evicted and computed from another name, while all stay. */
    SOURCE_COMPUTED_AGAIN {
      @Override
      void run(HandTable hand, int count) {
        compute(hand, "K", "x");
        for (int i = 0; i < count; i++) {
          put(hand, "L" + i, "K");
        }
        for (int i = 0; i < count; i++) {
          evict(hand, "K");
          compute(hand, "K", "x" + i);
        }
        remove(hand, "x");
        assertEquals(1, hand.table.size());
      }
    },
    /** It is computed from another name each time, and something from each. */
    SOURCES_THAT_DIFFER {
      @Override
      void run(HandTable hand, int count) {
        for (int i = 0; i < count; i++) {
          compute(hand, "K", "x", "x" + i);
          put(hand, "L" + i, "K");
          evict(hand, "K");
        }
        remove(hand, "x");
        assertEquals(0, hand.table.size());
      }
    },
    /** One that is computed from it stays, and others come and leave. */
    SOURCES_THAT_DIFFER_UNDER_ONE_THAT_STAYS {
      @Override
      void run(HandTable hand, int count) {
        compute(hand, "K", "x");
        put(hand, "L", "K");
        evict(hand, "K");
        for (int i = 0; i < count; i++) {
          compute(hand, "K", "x" + i);
          put(hand, "M", "K");
          evict(hand, "K");
          evict(hand, "M");
        }
        assertNotNull(hand.table.find("L"));
        int known = hand.table.knownNames();
        assertTrue(known <= 2 * Lineage.IDLE + 300, "knows " + known);
      }
    };

    abstract void run(HandTable hand, int count);

    static void put(HandTable hand, String name, String... sources) {
      assertNotNull(hand.put(name, sources));
    }

    static void compute(HandTable hand, String name, String... sources) {
      try (Ticket ticket = hand.begin(Ticket.Purpose.COMPUTE, name, sources)) {
        assertNotNull(hand.enter(ticket, SampleEntries.strongly(name)));
      }
    }

    static void evict(HandTable hand, String name) {
      Entry entry = hand.table.find(name);
      assertNotNull(entry);
      hand.table.leave(entry, RemovalCause.EVICTED);
    }

    static void remove(HandTable hand, String name) {
      assertNotNull(hand.remove(name));
    }

    /** The least CPU time of three runs: what else the machine does is not in it. */
    long nanos(int count) {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 3; i++) {
        HandTable hand = new HandTable();
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        run(hand, count);
        long after = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        least = Math.min(least, after - before);
      }
      return least;
    }
  }

  /** Where each step looks at all that is known, it is 64 times. */
  @ParameterizedTest
  @EnumSource
  void eightTimesAsManyTakeAboutEightTimesAsLong(Use use) {
    use.nanos(FEW); // compiled
    long few = use.nanos(FEW);
    long many = use.nanos(TIMES * FEW);
    System.out.printf(
        java.util.Locale.ROOT,
        "LineageStepsTest: %s: %d in %d us, %d in %d us%n",
        use,
        FEW,
        few / 1000,
        TIMES * FEW,
        many / 1000);
    assertTrue(many <= 3 * TIMES * few, many + " ns after " + few);
  }
}
