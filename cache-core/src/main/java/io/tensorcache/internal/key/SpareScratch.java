package io.tensorcache.internal.key;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory that threads borrow. At most {@value #SLOTS} are kept, however many threads there
 * are: one for each thread would be 160 MB for 2,000 virtual threads. Safe for use by several
 * threads.
 */
final class SpareScratch<S> {
  private static final int SLOTS = 64;

  private final AtomicReferenceArray<@Nullable S> spares = new AtomicReferenceArray<>(SLOTS);
  private final Supplier<S> make;

  SpareScratch(Supplier<S> make) {
    this.make = make;
  }

  /** One for the calling thread alone, in any state, until it is given back or dropped. */
  S take() {
    S spare = spares.getAndSet(slot(), null);
    return spare == null ? make.get() : spare;
  }

  void giveBack(S spare) {
    spares.setRelease(slot(), spare);
  }

  private static int slot() {
    return (int) Thread.currentThread().getId() & SLOTS - 1;
  }

  /** How many are kept now. */
  int kept() {
    int kept = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      kept += spares.get(slot) == null ? 0 : 1;
    }
    return kept;
  }
}
