package io.tensorcache.samples;

import io.tensorcache.config.ByteSize;
import io.tensorcache.samples.frozen.Frozen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;

/** The samples, one subcommand each. */
@Command(
    name = "run",
    description = "Samples of tensorcache.",
    mixinStandardHelpOptions = true,
    version = "tensorcache samples 0.1.0",
    subcommands = Frozen.class)
public final class Samples {
  private Samples() {}

  /** Runs a sample and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The parser of the command line, with every subcommand. */
  static CommandLine commandLine() {
    ITypeConverter<ByteSize> byteSizes = ByteSize::parse;
    return new CommandLine(new Samples()).registerConverter(ByteSize.class, byteSizes);
  }
}
