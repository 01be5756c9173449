package io.tensorcache.cli;

import io.tensorcache.internal.json.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of cells under each other: numbers and sizes to the right, the rest to the left. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... heads) {
    rows.add(List.of(heads));
  }

  Table row(Object... cells) {
    rows.add(Arrays.stream(cells).map(cell -> PlainText.line(String.valueOf(cell))).toList());
    return this;
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  List<String> lines() {
    int columns = rows.get(0).size();
    int[] width = new int[columns];
    boolean[] right = new boolean[columns];
    Arrays.fill(right, rows.size() > 1);
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], row.get(i).length());
        right[i] &= row == rows.get(0) || row.get(i).matches("[-0-9.,]+( [KMG]?i?B| %)?");
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String space = " ".repeat(width[i] - row.get(i).length());
        line.append(right[i] ? space + row.get(i) : row.get(i) + space).append("  ");
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
