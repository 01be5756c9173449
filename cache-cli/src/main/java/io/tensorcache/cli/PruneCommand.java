package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.TensorKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Removes the rows that meet every condition. */
@Command(
    name = "prune",
    description =
        "Removes rows of a function, of a fingerprint, or of an age. Shows before it does.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PruneCommand extends RemoveCommand {
  @Option(names = "--function", description = "Rows of this function.")
  private @Nullable String function;

  @Option(names = "--fingerprint", description = "Rows of this fingerprint, 32 hex digits.")
  private @Nullable TensorKey fingerprint;

  @Option(names = "--except", description = "Rows of every other fingerprint than this.")
  private @Nullable TensorKey except;

  @Option(names = "--older-than", description = "Rows stored before: 90s, 15m, 12h, 30d ago.")
  private @Nullable Age olderThan;

  PruneCommand() {}

  @Override
  RowSelection selection() {
    if (fingerprint != null && except != null) {
      throw usage("--fingerprint and --except exclude each other");
    }
    Instant before = olderThan == null ? null : olderThan.before(Instant.now());
    TensorKey named = fingerprint == null ? except : fingerprint;
    RowSelection selection = new RowSelection(function, named, except != null, before);
    if (selection.isAll()) {
      throw usage(
          "name rows by --function, --fingerprint, --except or --older-than; clear removes all");
    }
    return selection;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  @Override
  RemovedRows remove(RowStore store, RowSelection selection) {
    return store.prune(selection);
  }
}
