package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowListTest {
  private static RowList of(int... rows) {
    RowList list = new RowList();
    IntStream.of(rows).forEach(list::add);
    return list;
  }

  @Test
  void keepsRowsInTheOrderTheyWereAdded() {
    RowList list = new RowList();
    assertTrue(list.isEmpty());
    int[] many = IntStream.range(0, 100).map(i -> 1000 - i).toArray();
    IntStream.of(many).forEach(list::add);
    assertFalse(list.isEmpty());
    assertEquals(100, list.size());
    assertEquals(983, list.get(17));
    assertArrayEquals(many, list.toArray());
    List<Integer> visited = new ArrayList<>();
    list.forEach(visited::add);
    assertEquals(IntStream.of(many).boxed().toList(), visited);
  }

  @Test
  void isLeftWithoutOthers() {
    assertArrayEquals(new int[] {2, 5}, of(1, 2, 3, 5, 9).without(of(1, 3, 9)).toArray());
    assertArrayEquals(new int[] {1, 2}, of(1, 2).without(of()).toArray());
    assertArrayEquals(new int[] {}, of(4, 7).without(of(4, 7)).toArray());
  }
}
