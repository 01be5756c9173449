package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class PrefetchingIteratorTest {
  private final List<String> asked = new ArrayList<>();

  private PrefetchingIterator<String> over(String... source) {
    return new PrefetchingIterator<>(List.of(source).iterator(), asked::add);
  }

  @Test
  void asksForTheNextOneBeforeItHandsOutOne() {
    PrefetchingIterator<String> all = over("a", "b", "c");
    assertTrue(all.hasNext());
    assertEquals(List.of(), asked);
    assertEquals("a", all.next());
    assertEquals(List.of("b"), asked, "the first is read by the call itself");
    assertEquals("b", all.next());
    assertEquals(List.of("b", "c"), asked);
    assertTrue(all.hasNext());
    assertEquals("c", all.next());
    assertFalse(all.hasNext());
    assertThrows(NoSuchElementException.class, all::next);
    assertEquals(List.of("b", "c"), asked);
  }

  @Test
  void isEmptyOverNothing() {
    assertFalse(over().hasNext());
  }
}
