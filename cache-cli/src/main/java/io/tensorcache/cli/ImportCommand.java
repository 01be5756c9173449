package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.ImportCheck;
import io.tensorcache.store.ImportedRows;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores the rows of an export. */
@Command(
    name = "import",
    description = {
      "Stores the rows of an export after checking every file of it.",
      "Import only what comes from someone you trust: a made-up row is served like any other."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class ImportCommand extends StoreCommand {
  @Parameters(
      index = "1",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "FROM",
      description = "The directory of the export.")
  private Path from = Path.of("");

  @Option(names = "--function", description = "Refuse an export of another function.")
  private @Nullable String function;

  @Option(names = "--fingerprint", description = "Refuse an export of another fingerprint.")
  private @Nullable TensorKey fingerprint;

  @Option(names = "--limit", description = "Bytes of all files of the store at most.")
  private ByteSize limit = ByteSize.ofGiB(10);

  @Option(names = "--create", description = "Create the store if there is none.")
  private boolean create;

  ImportCommand() {}

  @Override
  Answer answer() {
    ImportCheck check = new ImportCheck(function, fingerprint);
    if (create && !RowStore.names(directory()).contains(name())) {
      RowStore.checkExport(from, check); // what is refused leaves no empty store
    }
    try (RowStore store =
            create ? RowStore.create(directory(), name(), limit) : openToChange(limit);
        Progress progress = progress("importing", -1)) {
      ImportedRows imported = store.importRows(from, check, progress::to);
      return new Answer()
          .put("store", path().toString())
          .put("from", from.toString())
          .put("function", imported.function())
          .put("fingerprint", imported.fingerprint().toString())
          .put("rows", imported.rows())
          .put("present", imported.present())
          .line(
              String.format(
                  Locale.ROOT,
                  "%d rows of %s stored, %d were there already",
                  imported.rows(),
                  imported.function(),
                  imported.present()));
    }
  }
}
