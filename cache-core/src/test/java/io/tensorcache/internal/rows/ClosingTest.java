package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> ended = new ArrayList<>();
  private final List<TensorCacheException> told = new ArrayList<>();

  private static void fail(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) e;
  }

  @Test
  void endsEveryPartWhateverAnotherOneThrowsAndTellsAfterwards() {
    List<Throwable> thrown =
        List.of(
            new IllegalStateException("a"),
            new OutOfMemoryError("b"),
            new StackOverflowError("c"),
            new NoClassDefFoundError("d"),
            new AssertionError("e"));
    Closing.all(
        all -> {
          for (Throwable each : thrown) {
            all.part("a part", () -> fail(each));
            all.part("the next", () -> ended.add("after " + each.getMessage()));
          }
          assertEquals(List.of(), told);
        },
        told::add);
    assertEquals(List.of("after a", "after b", "after c", "after d", "after e"), ended);
    assertEquals(thrown, told.stream().map(Throwable::getCause).toList());
    assertInstanceOf(StorageException.class, told.get(0));
    assertEquals(
        "closing a part failed: java.lang.IllegalStateException: a", told.get(0).getMessage());
  }

  @Test
  void tellsAFailureOfTheLibraryAsItIs() {
    DeviceException failure = new DeviceException("gone", new IllegalStateException());
    Closing.all(all -> all.part("a part", () -> fail(failure)), told::add);
    assertSame(failure, told.get(0));
  }

  @Test
  void staysInterruptedAndWaits() {
    Thread.currentThread().interrupt();
    Closing.all(
        all -> all.part("a part", () -> assertFalse(Thread.currentThread().isInterrupted())),
        told::add);
    assertTrue(Thread.interrupted());
    assertEquals(List.of(), told);
  }
}
