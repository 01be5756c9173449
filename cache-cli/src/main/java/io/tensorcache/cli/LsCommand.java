package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StorageException;
import io.tensorcache.store.RowSelection;
import io.tensorcache.store.StoredFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists functions or rows of a store, or the stores in a directory. */
@Command(
    name = "ls",
    description = {
      "Lists what a store holds of each function; with --rows each row.",
      "Of a directory that is no store itself, lists the stores in it."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class LsCommand extends StoreCommand {
  @Option(names = "--rows", description = "Each row: key, function, outputs, bytes, where it lies.")
  private boolean rows;

  @Option(names = "--function", description = "Only of this function.")
  private @Nullable String function;

  LsCommand() {}

  @Override
  Answer answer() {
    boolean isStore = RowStore.names(directory()).contains(name());
    List<String> inside = RowStore.names(path());
    if (!isStore && !inside.isEmpty()) {
      return stores(inside);
    }
    try (RowStore store = openToRead()) {
      Answer answer = new Answer().put("store", path().toString());
      if (rows) {
        rows(store, answer);
      } else {
        functions(store, answer);
      }
      addProblems(store, answer);
      return answer;
    }
  }

  private Answer stores(List<String> names) {
    Answer answer = new Answer().put("directory", path().toString());
    Table table = new Table("store", "functions", "rows", "bytes");
    List<Object> objects = new ArrayList<>();
    for (String name : names) {
      try (RowStore store = RowStore.open(path(), name)) {
        List<StoredFunction> functions = store.functions();
        long count = functions.stream().mapToLong(StoredFunction::rows).sum();
        ByteSize bytes = store.size().bytes();
        List<String> problems = store.problems();
        table.row(name, functions.size(), count, bytes);
        objects.add(object(name, functions.size(), count, bytes.bytes(), problems));
        Cli.warn(spec().commandLine(), problems);
        if (!store.unreadable().isEmpty()) {
          answer.failed();
        }
      } catch (StorageException e) {
        if (RowStore.names(path()).contains(name)) { // else it went meanwhile
          List<String> problems = List.of(String.valueOf(e.getMessage()));
          objects.add(object(name, null, null, null, problems));
          Cli.warn(spec().commandLine(), problems);
          answer.failed();
        }
      }
    }
    return answer.put("stores", objects).lines(table);
  }

  private static Map<String, @Nullable Object> object(
      String name,
      @Nullable Integer functions,
      @Nullable Long rows,
      @Nullable Long bytes,
      List<String> problems) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("store", name);
    object.put("functions", functions);
    object.put("rows", rows);
    object.put("bytes", bytes);
    object.put("problems", problems);
    return object;
  }

  private void functions(RowStore store, Answer answer) {
    Table table = new Table("function", "fingerprint", "rows", "bytes", "oldest", "newest");
    List<Object> objects = new ArrayList<>();
    for (StoredFunction each : store.functions()) {
      if (function == null || function.equals(each.function())) {
        objects.add(object(each));
        table.row(
            each.function(),
            each.fingerprint(),
            each.rows(),
            each.bytes(),
            each.oldest(),
            each.newest());
      }
    }
    answer.put("functions", objects);
    if (table.isEmpty()) {
      answer.line("no rows");
    } else {
      answer.lines(table);
    }
  }

  private void rows(RowStore store, Answer answer) {
    RowSelection of = function == null ? RowSelection.all() : RowSelection.ofFunction(function);
    RowListing listing = new RowListing(store, of, spec().commandLine().getOut());
    if (isJson()) {
      listing.json(path().toString());
      listing.problems();
    } else {
      listing.text();
    }
    answer.written();
  }
}
