package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When the JVM is asked for a collection. */
class CollectionRequestsTest {
  private final AtomicInteger asked = new AtomicInteger();

  private CollectionRequests every(long byteCount) {
    return new CollectionRequests(byteCount, asked::incrementAndGet);
  }

  @Test
  void asksEachTimeThatSoManyBytesCame() {
    CollectionRequests requests = every(100);
    int[] askedAfter = {0, 0, 1, 1, 2, 3};
    long[] came = {50, 49, 1, 99, 1, 250};
    for (int i = 0; i < came.length; i++) {
      requests.came(came[i]);
      assertEquals(askedAfter[i], asked.get(), "after value " + i);
    }
  }

  @Test
  void asksNeverWithoutABound() {
    CollectionRequests requests = every(Long.MAX_VALUE);
    for (int i = 0; i < 10; i++) {
      requests.came(Long.MAX_VALUE);
    }
    assertEquals(0, asked.get());
  }

  /** Between two requests never more than a bound and what threads add at once. */
  @Test
  void asksForAllThreads() throws Exception {
    CollectionRequests requests = every(1_000);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 100_000; i++) {
                    requests.came(10);
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
    assertTrue(asked.get() <= 4_000, asked + " requests");
    assertTrue(asked.get() >= 3_500, asked + " requests");
  }
}
