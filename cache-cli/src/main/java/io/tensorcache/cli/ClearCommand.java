package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import picocli.CommandLine.Command;

/** Removes every row of a store. */
@Command(
    name = "clear",
    description = "Removes every row of a store. Shows before it does.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ClearCommand extends RemoveCommand {
  ClearCommand() {}

  @Override
  RowSelection selection() {
    return RowSelection.all();
  }

  @Override
  RemovedRows remove(RowStore store, RowSelection selection) {
    return store.clear();
  }
}
