package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import java.nio.file.Path;
import java.util.Random;

/**
 * Reads and writes rows of a range that it shares with other processes; a row that is wrong, or any
 * failure told, ends it with an error.
 */
public final class SharingProcess {
  private SharingProcess() {}

  /** Directory, seed, rows in the range, look-ups, limit in KiB, what to do when full. */
  public static void main(String[] args) {
    Random random = new Random(Long.parseLong(args[1]));
    int range = Integer.parseInt(args[2]);
    int lookUps = Integer.parseInt(args[3]);
    StoreConfig config =
        DurableFixture.config(Long.parseLong(args[4]), WhenFull.valueOf(args[5]), 128);
    DurableFixture.Events events = new DurableFixture.Events();
    int hits = 0;
    int foreign = 0;
    java.util.BitSet mine = new java.util.BitSet();
    try (DurableStore store = DurableFixture.open(Path.of(args[0]), config, events)) {
      for (int i = 0; i < lookUps; i++) {
        int number = random.nextInt(range);
        Lookup found = DurableFixture.read(store, number);
        if (found == Lookup.DURABLE_HIT) {
          hits++;
          foreign += mine.get(number) ? 0 : 1;
        } else if (found != Lookup.MISS) {
          throw new AssertionError(number + ": " + found + " " + events.failures);
        } else {
          mine.set(number);
          DurableFixture.store(store, number);
        }
        if (i % 50 == 0) {
          store.flush();
          System.out.println("ack " + i + ".");
        }
        if (i % 97 == 0) {
          store.remove(DurableFixture.key(random.nextInt(range)));
        }
      }
    }
    if (!events.failures.isEmpty()) {
      throw new AssertionError(events.failures.toString());
    }
    System.out.println("hits " + hits + ", of them from others " + foreign);
  }
}
