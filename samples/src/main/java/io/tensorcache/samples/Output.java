package io.tensorcache.samples;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.json.Json;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option {@code --json}, and where a sample writes what it found. Confined to one thread. */
public final class Output {
  @Option(names = "--json", description = "One JSON object on standard output, nothing else.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public Output() {}

  /** A line for people; nothing under {@code --json}. */
  public void line(String pattern, Object... values) {
    if (!json) {
      out().println(String.format(Locale.ROOT, pattern, values).stripTrailing());
      out().flush();
    }
  }

  /** An object for programs; nothing without {@code --json}. */
  public void json(Map<String, ?> object) {
    if (json) {
      out().println(Json.write(object));
      out().flush();
    }
  }

  /** Refuses an option of the sample that is out of its range. See {@link Ranges#require}. */
  public void require(String option, int value, int min, int max) {
    Ranges.require(spec.commandLine(), option, value, min, max);
  }

  /** The same for a fraction. */
  public void require(String option, double value, double min, double max) {
    Ranges.require(spec.commandLine(), option, value, min, max);
  }

  /** The same for a size. */
  public void require(String option, ByteSize value, ByteSize min) {
    Ranges.require(spec.commandLine(), option, value, min);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
