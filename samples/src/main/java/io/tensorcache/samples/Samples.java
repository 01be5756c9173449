package io.tensorcache.samples;

import io.tensorcache.cli.CommandLines;
import io.tensorcache.cli.KeyCommand;
import io.tensorcache.samples.attention.Attention;
import io.tensorcache.samples.frozen.Frozen;
import io.tensorcache.samples.frozen.FrozenKotlin;
import io.tensorcache.samples.kpca.Kpca;
import io.tensorcache.samples.kpca.KpcaKotlin;
import io.tensorcache.samples.multilevel.Multilevel;
import io.tensorcache.samples.scopes.Batches;
import io.tensorcache.samples.scopes.Layers;
import io.tensorcache.samples.scopes.Qr;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

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
      "  first          A slow function called three times: the shortest program.",
      "  train          A head trained on cached features: one file of Java.",
      "  cli            Lists, checks and cleans up durable stores: cli --help.",
      "  script         Runs a Kotlin script: script samples/scripts/train.main.kts.",
      "  bench          Measures the cache beside others: [Key] [Hit] [Epoch] [Durable].",
      "  bench-gpu      Measures on a CUDA device: bench-gpu --help.",
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
    return CommandLines.of(new Samples());
  }
}
