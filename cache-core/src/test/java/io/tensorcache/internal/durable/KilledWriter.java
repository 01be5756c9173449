package io.tensorcache.internal.durable;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import java.nio.file.Path;
import java.util.Random;

/** Stores rows until it is killed, and says which are acknowledged. */
public final class KilledWriter {
  private KilledWriter() {}

  /** Directory, first number. */
  public static void main(String[] args) {
    int from = Integer.parseInt(args[1]);
    Random random = new Random(from);
    DurableFixture.Events events = new DurableFixture.Events();
    StoreConfig config = DurableFixture.config(1 << 20, WhenFull.EVICT, 128);
    DurableStore store = DurableFixture.open(Path.of(args[0]), config, events);
    for (int number = from; ; ) {
      for (int i = 1 + random.nextInt(40); i > 0; i--) {
        if (!DurableFixture.store(store, number++)) {
          throw new AssertionError("not admitted: " + number);
        }
      }
      if (!store.flush()) {
        throw new AssertionError("not flushed: " + events.failures);
      }
      System.out.println("ack " + (number - 1) + ".");
      System.out.flush();
    }
  }
}
