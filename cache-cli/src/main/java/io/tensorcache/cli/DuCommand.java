package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.StoreSize;
import io.tensorcache.store.StoredFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Says where the bytes of a store go. */
@Command(
    name = "du",
    description = "Says what takes the bytes of a store: each function, indexes, removed rows.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DuCommand extends StoreCommand {
  DuCommand() {}

  @Override
  Answer answer() {
    try (RowStore store = openToRead()) {
      StoreSize size = store.size();
      Answer answer = new Answer().put("store", path().toString());
      Table table = new Table("what", "rows", "bytes", "share");
      List<Object> functions = new ArrayList<>();
      long living = 0;
      for (StoredFunction each : store.functions()) {
        living += each.bytes().bytes();
        functions.add(object(each));
        String what = each.function() + " " + each.fingerprint();
        table.row(what, each.rows(), each.bytes(), share(each.bytes(), size));
      }
      ByteSize other = ByteSize.ofBytes(Math.max(0, size.segmentBytes().bytes() - living));
      table.row("removed or damaged rows, heads", "", other, share(other, size));
      table.row("indexes", "", size.indexBytes(), share(size.indexBytes(), size));
      table.row("lists of removed rows", "", size.removedBytes(), share(size.removedBytes(), size));
      table.row("all", "", size.bytes(), share(size.bytes(), size));
      answer
          .put("functions", functions)
          .put("segments", size.segments())
          .put("open_segments", size.openSegments())
          .put("segment_bytes", size.segmentBytes().bytes())
          .put("other_bytes", other.bytes())
          .put("index_bytes", size.indexBytes().bytes())
          .put("removed_list_bytes", size.removedBytes().bytes())
          .put("bytes", size.bytes().bytes())
          .lines(table);
      addProblems(store, answer);
      return answer;
    }
  }

  private static String share(ByteSize part, StoreSize of) {
    return of.bytes().bytes() == 0
        ? "0.0 %"
        : String.format(Locale.ROOT, "%.1f %%", 100.0 * part.bytes() / of.bytes().bytes());
  }
}
