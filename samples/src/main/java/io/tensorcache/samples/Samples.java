package io.tensorcache.samples;

import io.tensorcache.config.ByteSize;
import io.tensorcache.samples.attention.Attention;
import io.tensorcache.samples.frozen.Frozen;
import io.tensorcache.samples.frozen.FrozenKotlin;
import io.tensorcache.samples.kpca.Kpca;
import io.tensorcache.samples.kpca.KpcaKotlin;
import io.tensorcache.samples.multilevel.Multilevel;
import io.tensorcache.samples.scopes.Batches;
import io.tensorcache.samples.scopes.Layers;
import io.tensorcache.samples.scopes.Qr;
import io.tensorcache.tensor.DType;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The samples, one subcommand each. */
@Command(
    name = "samples/run",
    description = "Samples of tensorcache.",
    mixinStandardHelpOptions = true,
    version = "tensorcache samples 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Frozen.class,
      FrozenKotlin.class,
      Kpca.class,
      KpcaKotlin.class,
      Qr.class,
      Layers.class,
      Batches.class,
      Attention.class,
      Multilevel.class,
      KeyCommand.class,
      DoctorCommand.class
    },
    footer = {
      "  script         Runs a Kotlin script: script samples/scripts/train.main.kts.",
      "  bench          Measures the cache beside others: bench [Key] [Hit] [Epoch].",
      "",
      "COMMAND --help lists the options of all others."
    })
public final class Samples implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Samples() {}

  /** Runs a sample and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Without a command: what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The parser of the command line, with every subcommand. A wrong argument is one line. */
  static CommandLine commandLine() {
    return new CommandLine(new Samples())
        .registerConverter(ByteSize.class, plain(ByteSize::parse))
        .registerConverter(DType.class, plain(DTypeNames::parse))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((error, args) -> refuse(error));
  }

  /** Refuses with the message of {@code parse} alone. */
  private static <V> ITypeConverter<V> plain(Function<String, V> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  private static int refuse(ParameterException error) {
    CommandLine command = error.getCommandLine();
    command
        .getErr()
        .println(
            command.getCommandSpec().qualifiedName()
                + ": "
                + String.valueOf(error.getMessage()).replaceAll("\\R\\s*", " ")
                + " (--help lists the options)");
    command.getErr().flush();
    return CommandLine.ExitCode.USAGE;
  }
}
