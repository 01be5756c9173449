package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.store.StoredRow;
import io.tensorcache.store.Verification;
import io.tensorcache.tensor.TensorKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Says whether a row is stored, where, and why it would be a miss. */
@Command(
    name = "why",
    description = {
      "Says where a key or a row is stored, or why it would be a miss.",
      "Name a KEY, or a row of an .npy file and the function that it goes into.",
      "Exit code 1 if it would be a miss."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class WhyCommand extends StoreCommand {
  @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "32 hex digits.")
  private @Nullable TensorKey key;

  @Mixin private InputRow row = new InputRow();

  WhyCommand() {}

  @Override
  Answer answer() {
    if ((key == null) == (row.file == null)) {
      throw new ParameterException(
          spec().commandLine(), "name either a KEY or --row FILE with --function");
    }
    try (RowStore store = openToRead()) {
      Answer answer =
          key != null ? ofKey(store, key) : new WhyRow(store, row, spec().commandLine()).answer();
      addProblems(store, answer.put("store", path().toString()));
      return answer;
    }
  }

  private static Answer ofKey(RowStore store, TensorKey key) {
    List<StoredRow> found = store.find(key);
    Answer answer = new Answer().put("key", key.toString()).put("stored", !found.isEmpty());
    answer.put("rows", found.stream().map(StoreCommand::object).toList());
    if (found.isEmpty()) {
      List<String> functions =
          store.functions().stream().map(StoredFunction::function).distinct().toList();
      return miss(
          answer,
          "no row has this key: it was never stored, or it was removed; the store has rows of "
              + functions);
    }
    return hit(store, answer, found);
  }

  /** What is there, and whether it would pass its checks. */
  static Answer hit(RowStore store, Answer answer, List<StoredRow> found) {
    for (StoredRow row : found) {
      answer.line(
          String.format(
              Locale.ROOT,
              "%s of %s under %s: %s, %s, stored %s in %s at %d",
              row.key(),
              row.function(),
              row.fingerprint(),
              text(row.outputs()),
              row.bytes(),
              row.stored(),
              row.segment(),
              row.offset()));
    }
    Verification checked = store.verify(found.stream().map(StoredRow::key).toList());
    if (checked.sound() > 0) {
      return answer.put("hit", true).put("reason", "stored and sound").line("a hit: it is sound");
    }
    List<String> why = checked.badRows().stream().map(Verification.BadRow::why).toList();
    return miss(answer, "the row is damaged: " + String.join("; ", why));
  }

  static Answer miss(Answer answer, String reason) {
    return answer.put("hit", false).put("reason", reason).line("a miss: " + reason).failed();
  }

  /** What {@code why} says of one fingerprint. */
  static Map<String, @Nullable Object> object(
      TensorKey fingerprint, TensorKey key, boolean isStored, long rows) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("fingerprint", fingerprint.toString());
    object.put("key", key.toString());
    object.put("stored", isStored);
    object.put("rows_of_function", rows);
    return object;
  }
}
