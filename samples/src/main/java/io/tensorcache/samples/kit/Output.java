package io.tensorcache.samples.kit;

import io.tensorcache.cli.Shown;
import io.tensorcache.config.ByteSize;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What a sample found: lines for people, or with {@code --json} one object for programs. Confined
 * to one thread.
 */
public final class Output {
  private static final int LAST = 1_000; // of the options in a help text

  @Option(
      names = "--json",
      order = LAST,
      description = "One JSON object on standard output, nothing else.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  private final Map<String, Object> members = new LinkedHashMap<>();

  /** Made by the command line. */
  public Output() {}

  /** A line for people; nothing under {@code --json}. */
  public void line(String pattern, Object... values) {
    if (!json) {
      out().println(String.format(Locale.ROOT, pattern, values).stripTrailing());
      out().flush();
    }
  }

  /** A member of the object for programs, after those before it. */
  public void member(String name, Object value) {
    members.put(name, value);
  }

  /**
   * Says whether a result is what it must be, to both.
   *
   * @return {@code isRight}
   */
  public boolean verdict(String member, String claim, boolean isRight) {
    line("%s: %s", claim, isRight ? "yes" : "NO");
    member(member, isRight);
    return isRight;
  }

  /** Writes the object for programs; nothing without {@code --json}. */
  public void writeJson() {
    if (json) {
      out().println(Shown.json(members));
      out().flush();
    }
  }

  /** An error of the user, which ends the program in one line. */
  public ParameterException refusal(String reason) {
    return new ParameterException(spec.commandLine(), reason);
  }

  /** An error of the user that something else found. */
  public ParameterException refusal(String reason, Throwable cause) {
    return new ParameterException(spec.commandLine(), reason, cause);
  }

  /** Refuses an option of the sample that is out of its range. See {@link Ranges#require}. */
  public void require(String option, int value, int min, int max) {
    Ranges.require(spec.commandLine(), option, value, min, max);
  }

  /** Refuses a fraction that is out of its range. */
  public void require(String option, double value, double min, double max) {
    Ranges.require(spec.commandLine(), option, value, min, max);
  }

  /** Refuses a size that is too small. */
  public void require(String option, ByteSize value, ByteSize min) {
    Ranges.require(spec.commandLine(), option, value, min);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
