package io.tensorcache;

import io.tensorcache.tensor.HostTensor;
import java.util.concurrent.atomic.AtomicReference;

/** A value of a scope. Lets a test act after it was read from the store, before it is kept. */
record Watched(HostTensor value) {
  private static final AtomicReference<Runnable> MADE = new AtomicReference<>(() -> {});

  Watched {
    MADE.getAndSet(() -> {}).run();
  }

  /** Runs the action in another thread while the next one is made. */
  static void whenMade(Runnable action) {
    MADE.set(
        () -> {
          Thread thread = new Thread(action);
          thread.start();
          try {
            thread.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }
}
