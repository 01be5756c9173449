package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldTest {
  private final List<Integer> closed = new ArrayList<>();

  private AutoCloseable held(int number, Throwable failure) {
    return () -> {
      closed.add(number);
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    };
  }

  private AutoCloseable held(int number) {
    return () -> closed.add(number);
  }

  @Test
  void memoryThatIsMissingKeepsNothingOpen() {
    List<AutoCloseable> all =
        new ArrayList<>(
            Arrays.asList(held(0), held(1, new OutOfMemoryError("heap")), null, held(2)));
    Held.closeAll(all);
    assertEquals(List.of(0, 1, 2), closed);
    assertEquals(List.of(), all);
  }

  @Test
  void theFirstFailureIsThrownWhenAllAreClosed() {
    RuntimeException first = new IllegalStateException("first");
    List<AutoCloseable> all =
        new ArrayList<>(List.of(held(0, first), held(1, new StackOverflowError()), held(2)));
    assertSame(first, assertThrows(RuntimeException.class, () -> Held.closeAll(all)));
    assertEquals(List.of(0, 1, 2), closed);
    assertEquals(List.of(), all);
  }

  @Test
  void anErrorIsThrownAsItIs() {
    Error error = new StackOverflowError();
    List<AutoCloseable> all = new ArrayList<>(List.of(held(0, error), held(1)));
    assertSame(error, assertThrows(StackOverflowError.class, () -> Held.closeAll(all)));
    assertEquals(List.of(0, 1), closed);
  }
}
