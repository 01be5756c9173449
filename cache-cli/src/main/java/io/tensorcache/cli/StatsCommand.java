package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoreSize;
import io.tensorcache.store.StoredOutput;
import io.tensorcache.store.StoredRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Says what the rows of a store are made of. */
@Command(
    name = "stats",
    description = "Says of the rows of a store their shapes, dtypes, codecs and compression.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class StatsCommand extends StoreCommand {
  StatsCommand() {}

  /** Rows of one function and fingerprint that consist of the same. */
  private static final class Kind {
    final StoredRow first;
    final Map<String, Long> codecs = new TreeMap<>();
    long rows;
    long bytes;
    long rawBytes;

    Kind(StoredRow first) {
      this.first = first;
    }

    void add(StoredRow row) {
      rows++;
      bytes += row.bytes().bytes();
      for (StoredOutput output : row.outputs()) {
        rawBytes += output.spec().byteCount();
        codecs.merge(output.codec(), 1L, Long::sum);
      }
    }

    double ratio() {
      return bytes == 0 ? 0 : (double) rawBytes / bytes;
    }
  }

  @Override
  Answer answer() {
    try (RowStore store = openToRead()) {
      Map<String, Kind> kinds = new TreeMap<>();
      long[] seen = new long[1];
      try (Progress progress = progress("reading heads", rows(store))) {
        store.forEach(
            RowSelection.all(),
            row -> {
              String name = row.function() + '\0' + row.fingerprint() + '\0' + text(row.outputs());
              kinds.computeIfAbsent(name, key -> new Kind(row)).add(row);
              progress.to(++seen[0]);
            });
      }
      Answer answer = new Answer().put("store", path().toString());
      StoreSize size = store.size();
      answer.put("rows", seen[0]).put("segments", size.segments());
      answer.put("bytes", size.bytes().bytes());
      answer.put("kinds", kinds.values().stream().map(StatsCommand::object).toList());
      print(answer, seen[0], size, new ArrayList<>(kinds.values()));
      addProblems(store, answer);
      return answer;
    }
  }

  private static Map<String, @Nullable Object> object(Kind of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("function", of.first.function());
    object.put("fingerprint", of.first.fingerprint().toString());
    object.put("outputs", text(of.first.outputs()));
    object.put("rows", of.rows);
    object.put("bytes", of.bytes);
    object.put("raw_bytes", of.rawBytes);
    object.put("ratio", of.ratio());
    object.put("codecs", of.codecs);
    return object;
  }

  private static void print(Answer answer, long rows, StoreSize size, List<Kind> kinds) {
    answer.line(rows + " rows in " + size.segments() + " segments, " + size.bytes());
    if (kinds.isEmpty()) {
      return;
    }
    Table table =
        new Table("function", "fingerprint", "outputs", "rows", "bytes", "raw", "ratio", "codecs");
    for (Kind kind : kinds) {
      table.row(
          kind.first.function(),
          kind.first.fingerprint().toString().substring(0, 12),
          text(kind.first.outputs()),
          kind.rows,
          ByteSize.ofBytes(kind.bytes),
          ByteSize.ofBytes(kind.rawBytes),
          String.format(Locale.ROOT, "%.2f", kind.ratio()),
          kind.codecs);
    }
    answer.lines(table);
  }
}
