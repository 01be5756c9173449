package io.tensorcache.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that answers in text or, with {@code --json}, in one JSON object. */
abstract class JsonCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--json",
      order = 100,
      description = "One JSON object on standard output, nothing else.")
  private boolean json;

  abstract Answer answer();

  @Override
  public final Integer call() {
    Answer answer = answer();
    PrintWriter out = spec.commandLine().getOut();
    if (!answer.isWritten()) {
      out.print(json ? Shown.json(answer.members()) + "\n" : answer.text());
    }
    out.flush();
    return answer.exitCode();
  }

  final boolean isJson() {
    return json;
  }

  final CommandSpec spec() {
    return spec;
  }
}
