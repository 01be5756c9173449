package io.tensorcache.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of cells under each other: numbers and sizes to the right, the rest to the left. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private int[] width = {};
  private boolean[] right = {};

  Table(String... heads) {
    rows.add(List.of(heads));
  }

  Table row(Object... cells) {
    rows.add(plain(cells));
    return this;
  }

  private static List<String> plain(Object... cells) {
    return Arrays.stream(cells).map(cell -> Shown.line(String.valueOf(cell))).toList();
  }

  /** One more row under {@link #lines}, which is not kept; a wider cell moves the rest. */
  String line(Object... cells) {
    return line(plain(cells));
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  List<String> lines() {
    int columns = rows.get(0).size();
    width = new int[columns];
    right = new boolean[columns];
    Arrays.fill(right, rows.size() > 1);
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], row.get(i).length());
        right[i] &= row == rows.get(0) || row.get(i).matches("[-0-9.,]+( [KMG]?i?B| %)?");
      }
    }
    return rows.stream().map(this::line).toList();
  }

  private String line(List<String> row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      String space = " ".repeat(Math.max(0, width[i] - row.get(i).length()));
      line.append(right[i] ? space + row.get(i) : row.get(i) + space).append("  ");
    }
    return line.toString().stripTrailing();
  }
}
