package io.tensorcache.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In which order rows leave, and for whom. */
class RingTest {
  private final Ring<Numbered> ring = new Ring<>(new Numbered(-1, 0));
  private final List<Numbered> all = new ArrayList<>();

  /** A row with a number. */
  private static final class Numbered extends RingEntry<Numbered> {
    private final int number;

    Numbered(int number, long byteCount) {
      super(byteCount);
      this.number = number;
    }
  }

  private void fill(int... frequencies) {
    for (int frequency : frequencies) {
      Numbered entry = new Numbered(all.size(), 10);
      entry.setFrequency(frequency, 0);
      all.add(entry);
      ring.add(entry);
    }
  }

  private List<Integer> order() {
    List<Integer> numbers = new ArrayList<>();
    ring.forEach(entry -> numbers.add(entry.number));
    return numbers;
  }

  private static List<Integer> numbers(@Nullable Numbered first) {
    List<Integer> numbers = new ArrayList<>();
    for (Numbered entry = first; entry != null; entry = entry.nextTaken()) {
      numbers.add(entry.number);
    }
    return numbers;
  }

  /** By a row that was asked for so often. */
  private boolean isBeaten(long byteCount, int frequency) {
    Worth by = new Worth(frequency, 0);
    return ring.isBeaten(byteCount, row -> by.beats(new Worth(row.frequency(0), 0), Worth.MARGIN));
  }

  @Test
  void theOldestThatWereNotUsedLeaveFirst() {
    fill(1, 1, 1, 1);
    all.get(0).markUsed();
    all.get(2).use(0);
    assertEquals(List.of(1, 3), numbers(ring.take(15, ring.count())));
    assertEquals(List.of(0, 2), order());
    assertFalse(all.get(0).isUsed(), "a chance is used up");
    assertEquals(20, ring.byteCount());
    assertEquals(2, ring.count());
    assertSame(all.get(0), ring.oldest());
  }

  @Test
  void withoutChancesTheOldestLeave() {
    fill(1, 1, 1);
    all.get(0).markUsed();
    assertEquals(List.of(0), numbers(ring.take(10, 0)));
    assertNull(ring.take(0, 0));
  }

  @Test
  void aRowGivesWayToOneAskedForMoreOftenByMoreThanTheMargin() {
    fill(2, 5);
    assertFalse(isBeaten(10, 4));
    assertEquals(List.of(1, 0), order(), "the next look is at the other one");
    assertFalse(isBeaten(10, 7));
    assertEquals(List.of(0, 1), order());
    assertTrue(isBeaten(10, 5));
    assertEquals(List.of(0, 1), order());
  }

  @Test
  void allThatWouldGoHaveToBeBeaten() {
    fill(1, 1, 6, 1);
    assertTrue(isBeaten(20, 4));
    assertFalse(isBeaten(21, 4));
    assertEquals(List.of(0, 1, 3, 2), order());
    assertTrue(isBeaten(21, 4), "now three of them are");
    assertFalse(isBeaten(41, 15), "more than there is");
  }

  @Test
  void aRowThatWasUsedIsPassedOver() {
    fill(1, 1);
    all.get(0).markUsed();
    assertTrue(isBeaten(10, 4));
    assertEquals(List.of(1, 0), order());
    assertEquals(List.of(1), numbers(ring.take(10, 0)));
  }

  @Test
  void newRowsBeatNothing() {
    fill(0);
    assertFalse(isBeaten(10, 2));
    assertTrue(isBeaten(10, 3));
  }

  @Test
  void frequenciesAreHalvedWithAge() {
    Numbered entry = new Numbered(1, 1);
    entry.setFrequency(99, 5);
    assertEquals(15, entry.frequency(5));
    assertEquals(7, entry.frequency(6));
    assertEquals(3, entry.frequency(7));
    assertEquals(1, entry.frequency(8));
    assertEquals(0, entry.frequency(9));
    assertEquals(4, entry.use(7));
    assertEquals(4, entry.frequency(7));
    assertTrue(entry.isUsed());
    assertEquals(2, entry.frequency(8));
  }

  @Test
  void agesGoRoundWithoutHarm() {
    Numbered entry = new Numbered(1, 1);
    for (int age = 0; age < 10_000; age += 7) {
      entry.setFrequency(12, age);
      assertEquals(12, entry.frequency(age));
      assertEquals(6, entry.frequency(age + 1));
      assertEquals(13, entry.use(age));
    }
  }

  @Test
  void aRowIsTakenOutWhereverItIs() {
    fill(1, 1, 1);
    ring.remove(all.get(1));
    assertEquals(List.of(0, 2), order());
    ring.remove(all.get(2));
    ring.remove(all.get(0));
    assertEquals(List.of(), order());
    assertNull(ring.oldest());
    assertEquals(0, ring.byteCount());
  }
}
