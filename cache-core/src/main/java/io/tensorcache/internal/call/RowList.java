package io.tensorcache.internal.call;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Row numbers of a batch, in the order they were added. Confined to one thread. */
final class RowList {
  private int[] rows = new int[16];
  private int size;

  void add(int row) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
    }
    rows[size++] = row;
  }

  int get(int index) {
    return rows[index];
  }

  int size() {
    return size;
  }

  void forEach(IntConsumer action) {
    for (int i = 0; i < size; i++) {
      action.accept(rows[i]);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int[] toArray() {
    return Arrays.copyOf(rows, size);
  }

  /** These rows without some of them, which stand in the same order. */
  RowList without(RowList others) {
    RowList rest = new RowList();
    for (int i = 0, next = 0; i < size; i++) {
      if (next < others.size && others.rows[next] == rows[i]) {
        next++;
      } else {
        rest.add(rows[i]);
      }
    }
    return rest;
  }
}
