package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredRow;
import java.io.PrintWriter;
import java.util.Map;

/** Prints the rows of a store as they are visited: there may be more than memory holds. */
final class RowListing {
  /** So many rows decide how wide the columns are. */
  private static final int HEAD = 1000;

  private final RowStore store;
  private final RowSelection selection;
  private final PrintWriter out;
  private final Table table =
      new Table("key", "function", "outputs", "bytes", "stored", "segment", "offset");
  private long rows;

  RowListing(RowStore store, RowSelection selection, PrintWriter out) {
    this.store = store;
    this.selection = selection;
    this.out = out;
  }

  /** All but the end of one JSON object, to be followed by {@link #problems}. */
  void json(String path) {
    String head = Shown.json(Map.of("store", path));
    out.print(head.substring(0, head.length() - 1) + ",\"rows\":[");
    store.forEach(
        selection,
        row -> {
          out.print((rows == 0 ? "" : ",") + Shown.json(StoreCommand.object(row)));
          count();
        });
    out.print("],");
  }

  /** The end of the object. */
  void problems() {
    out.println(Shown.json(Map.of("problems", store.problems())).substring(1));
  }

  void text() {
    store.forEach(
        selection,
        row -> {
          if (rows < HEAD) {
            table.row(cells(row));
          } else {
            if (rows == HEAD) {
              table.lines().forEach(out::println);
            }
            out.println(table.line(cells(row)));
          }
          count();
        });
    if (rows == 0) {
      out.println("no rows");
    } else if (rows <= HEAD) {
      table.lines().forEach(out::println);
    }
  }

  /** Nothing is read for an answer that nobody takes. */
  private void count() {
    if (++rows % HEAD == 0 && out.checkError()) {
      throw new OutputEndedException();
    }
  }

  private static Object[] cells(StoredRow row) {
    return new Object[] {
      row.key(),
      row.function(),
      StoreCommand.text(row.outputs()),
      row.bytes(),
      row.stored(),
      row.segment(),
      row.offset()
    };
  }
}
