package io.tensorcache.cli;

import io.tensorcache.RowStore;
import io.tensorcache.config.ByteSize;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import picocli.CommandLine.Option;

/** Shows what it would remove and, if that is confirmed, removes it. */
abstract class RemoveCommand extends StoreCommand {
  @Option(names = "--yes", description = "Remove the rows; left out: only say which.")
  private boolean yes;

  /** Which rows. */
  abstract RowSelection selection();

  abstract RemovedRows remove(RowStore store, RowSelection selection);

  @Override
  final Answer answer() {
    RowSelection selection = selection();
    Answer answer = new Answer().put("store", path().toString());
    RemovedRows would;
    try (RowStore store = openToRead()) {
      would = store.wouldPrune(selection);
      addProblems(store, answer);
    }
    boolean confirmed = would.rows() > 0 && (yes || asks(would));
    RemovedRows removed = would;
    if (confirmed) {
      try (RowStore store = openToChange(ByteSize.ofBytes(Long.MAX_VALUE))) {
        removed = remove(store, selection);
      }
    }
    answer
        .put("removed", confirmed)
        .put("rows", removed.rows())
        .put("bytes", removed.bytes().bytes());
    return answer.line(
        confirmed
            ? "removed " + text(removed)
            : "would remove " + text(removed) + (removed.rows() == 0 ? "" : "; --yes does it"));
  }

  /** Only a person is asked; a program says {@code --yes}. */
  private boolean asks(RemovedRows would) {
    return terminal().isInteractive()
        && !isJson()
        && terminal()
            .confirms(
                spec().commandLine().getErr(), "Remove " + text(would) + " of " + path() + "?");
  }

  private static String text(RemovedRows of) {
    return of.rows() + (of.rows() == 1 ? " row" : " rows") + " (" + of.bytes() + ")";
  }
}
