package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.Verification;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Reads and checks every row of a store. */
@Command(
    name = "verify",
    description = "Reads every row and checks it, to the last bit. Changes nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class VerifyCommand extends StoreCommand {
  VerifyCommand() {}

  @Override
  Answer answer() {
    Verification found;
    try (RowStore store = openToRead();
        Progress progress = progress("verifying", rows(store))) {
      found = store.verify(progress::to);
    }
    Answer answer =
        new Answer()
            .put("store", path().toString())
            .put("ok", found.isSound())
            .put("sound", found.sound())
            .put("corrupt", found.corrupt())
            .put("unreadable", found.unreadable())
            .put("bytes", found.bytes().bytes())
            .put("bad_rows", found.badRows().stream().map(VerifyCommand::object).toList())
            .put("problems", found.problems());
    answer.line(
        String.format(
            Locale.ROOT,
            "%s: %d rows sound (%s), %d corrupt, %d unreadable",
            found.isSound() ? "ok" : "NOT OK",
            found.sound(),
            found.bytes(),
            found.corrupt(),
            found.unreadable()));
    for (Verification.BadRow bad : found.badRows()) {
      answer.line(
          String.format(
              Locale.ROOT,
              "  %s of %s in %s at %d: %s",
              bad.key(),
              bad.function(),
              bad.segment(),
              bad.offset(),
              bad.why()));
    }
    found.problems().forEach(problem -> answer.line("  " + problem));
    return found.isSound() ? answer : answer.failed();
  }

  private static Map<String, @Nullable Object> object(Verification.BadRow of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("key", of.key().toString());
    object.put("function", of.function());
    object.put("segment", of.segment());
    object.put("offset", of.offset());
    object.put("why", of.why());
    return object;
  }
}
