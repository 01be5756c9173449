package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.store.ExportedRows;
import io.tensorcache.store.StoredFunction;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the rows of a function into files. */
@Command(
    name = "export",
    description = {
      "Writes the rows of a function into a new directory, with a manifest.",
      "numpy has no bfloat16 and no 8-bit floats: .npy holds their bits as unsigned integers.",
      "safetensors has no complex128."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class ExportCommand extends StoreCommand {
  @Parameters(
      index = "1",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "TO",
      description = "A directory that is empty or new.")
  private Path to = Path.of("");

  @Option(
      names = "--function",
      required = true,
      showDefaultValue = Visibility.NEVER,
      description = "Whose rows.")
  private String function = "";

  @Option(
      names = "--fingerprint",
      description = "Of which fingerprint; may be left out if there is one only.")
  private @Nullable TensorKey fingerprint;

  @Option(names = "--format", description = "npy or safetensors.")
  private ExportFormat format = ExportFormat.NPY;

  ExportCommand() {}

  private boolean isSelected(StoredFunction of) {
    return of.function().equals(function)
        && (fingerprint == null || of.fingerprint().equals(fingerprint));
  }

  @Override
  Answer answer() {
    try (RowStore store = openToRead()) {
      ExportedRows exported;
      try (Progress progress = progress("exporting", rows(store, this::isSelected))) {
        exported = store.exportRows(function, fingerprint, format, to, progress::to);
      }
      Answer answer =
          new Answer()
              .put("store", path().toString())
              .put("to", to.toString())
              .put("function", exported.function())
              .put("fingerprint", exported.fingerprint().toString())
              .put("format", format)
              .put("rows", exported.rows())
              .put("skipped", exported.skipped())
              .put("bytes", exported.bytes().bytes())
              .put("files", exported.files());
      answer.line(
          String.format(
              Locale.ROOT,
              "%d rows of %s (%s) in %s: %s",
              exported.rows(),
              exported.function(),
              exported.bytes(),
              to,
              String.join(", ", exported.files())));
      if (exported.skipped() > 0) {
        answer.line(exported.skipped() + " rows are damaged and were left out").failed();
      }
      addProblems(store, answer);
      return answer;
    }
  }
}
