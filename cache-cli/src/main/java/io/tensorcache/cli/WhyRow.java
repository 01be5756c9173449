package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredRow;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Explains what a cache would do with a row. Confined to one thread. */
final class WhyRow {
  private final RowStore store;
  private final InputRow input;
  private final String function;
  private final HostTensor row;
  private final @Nullable TensorKey named;

  /** Row counts by fingerprint of the function. */
  private final Map<TensorKey, Long> there = new LinkedHashMap<>();

  WhyRow(RowStore store, InputRow input, CommandLine command) {
    this.store = store;
    this.input = input;
    try {
      if (input.fingerprint != null && input.version != null) {
        throw new IllegalArgumentException(
            "--fingerprint and --fingerprint-version exclude each other");
      }
      this.function = InputRow.given(input.function, "--function");
      this.row = input.tensor();
      this.named = input.named();
      input.key(row, new TensorKey(0, 0)); // refuses what no key can be made of
    } catch (TensorCacheException | IllegalArgumentException e) {
      throw new ParameterException(command, String.valueOf(e.getMessage()), e);
    }
    for (StoredFunction each : store.functions()) {
      if (each.function().equals(function)) {
        there.put(each.fingerprint(), each.rows());
      }
    }
  }

  Answer answer() {
    Map<TensorKey, TensorKey> keys = new LinkedHashMap<>();
    if (named != null) {
      keys.put(named, input.key(row, named));
    }
    there.keySet().forEach(each -> keys.put(each, input.key(row, each)));
    List<StoredRow> found = store.find(keys.values());
    List<StoredRow> asked =
        found.stream().filter(each -> named == null || each.fingerprint().equals(named)).toList();
    Answer answer =
        new Answer()
            .put("row", row.spec().toString())
            .put("function", function)
            .put("stored", !found.isEmpty())
            .put("under", under(keys, found))
            .put("rows", found.stream().map(StoreCommand::object).toList());
    if (named != null) {
      answer.put("key", String.valueOf(keys.get(named)));
      answer.line("key " + keys.get(named) + " under " + named);
    }
    return asked.isEmpty()
        ? WhyCommand.miss(answer, reason(found))
        : WhyCommand.hit(store, answer, asked);
  }

  private List<Object> under(Map<TensorKey, TensorKey> keys, List<StoredRow> found) {
    List<Object> objects = new ArrayList<>();
    keys.forEach(
        (fingerprint, key) -> {
          boolean isStored = found.stream().anyMatch(each -> each.key().equals(key));
          long rows = there.getOrDefault(fingerprint, 0L);
          objects.add(WhyCommand.object(fingerprint, key, isStored, rows));
        });
    return objects;
  }

  private String reason(List<StoredRow> found) {
    if (there.isEmpty()) {
      List<String> functions =
          store.functions().stream().map(StoredFunction::function).distinct().toList();
      return "the store has no row of function \"" + function + "\", only of " + functions;
    }
    if (!found.isEmpty()) {
      List<TensorKey> others = found.stream().map(StoredRow::fingerprint).distinct().toList();
      return "the row is stored under " + others + " only: the fingerprint has changed";
    }
    String instead =
        named == null || there.containsKey(named)
            ? ""
            : "no row has this fingerprint, the function's rows have " + there.keySet() + "; and ";
    return instead
        + "none of the "
        + there.values().stream().mapToLong(Long::longValue).sum()
        + " rows of the function has this key under any fingerprint: it was never stored or was"
        + " removed, or its bytes, dtype or shape ("
        + row.spec()
        + "), names, arguments, salt or sampling differ from what was stored";
  }
}
