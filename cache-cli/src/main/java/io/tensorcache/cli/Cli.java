package io.tensorcache.cli;

import io.tensorcache.error.StoreBusyException;
import io.tensorcache.error.TensorCacheException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line of tensorcache, one subcommand for each thing to do. */
@Command(
    name = "tensorcache",
    description = "Looks at durable stores of tensorcache, checks them and cleans them up.",
    mixinStandardHelpOptions = true,
    version = "tensorcache 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    subcommands = {
      LsCommand.class,
      DuCommand.class,
      StatsCommand.class,
      VerifyCommand.class,
      PruneCommand.class,
      ClearCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      WhyCommand.class,
      KeyCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "STORE is the directory of a store: in the directory that was given to the cache, the one",
      "with the cache's name. COMMAND --help lists the options; all but key take --json.",
      "Exit code: 0 ok, 1 a check failed, 2 usage, 3 another process holds what is needed."
    })
public final class Cli implements Runnable {
  private static final int USAGE_WIDTH = 100;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Terminal terminal;

  private Cli(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command on the streams of this process; returns its exit code. */
  static int run(String[] args) {
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "io/tensorcache/cli/logback.xml");
    }
    return commandLine(Terminal.ofProcess())
        .setOut(utf8(FileDescriptor.out))
        .setErr(utf8(FileDescriptor.err))
        .execute(args);
  }

  /** Names of functions are any text, and JSON is UTF-8, whatever the locale is. */
  private static PrintWriter utf8(FileDescriptor file) {
    return new PrintWriter(new FileOutputStream(file), true, StandardCharsets.UTF_8);
  }

  /** The parser of the command line. */
  public static CommandLine commandLine(Terminal terminal) {
    return CommandLines.of(new Cli(terminal))
        .setUsageHelpWidth(USAGE_WIDTH)
        .setExecutionStrategy(Cli::execute)
        .setExecutionExceptionHandler((error, command, parsed) -> fail(error, command));
  }

  /** Without a command: what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  Terminal terminal() {
    return terminal;
  }

  /** An answer that did not arrive is no success. */
  private static int execute(ParseResult parsed) {
    int code = new CommandLine.RunLast().execute(parsed);
    CommandLine command = parsed.commandSpec().commandLine();
    if (command.getOut().checkError()) {
      warn(command, List.of(OutputEndedException.MESSAGE));
      return ExitCode.FAILED;
    }
    return code;
  }

  /** What nobody can help but the caller is one line; the rest is a fault of the program. */
  private static int fail(Exception error, CommandLine command) throws Exception {
    int code = ExitCode.FAILED;
    if (error instanceof StoreBusyException) {
      code = ExitCode.BUSY;
    } else if (error instanceof IllegalArgumentException) {
      code = ExitCode.USAGE;
    } else if (!(error instanceof TensorCacheException || error instanceof OutputEndedException)) {
      throw error;
    }
    String message = String.valueOf(error.getMessage()).replaceAll("\\R\\s*", " ");
    if (command.getCommand() instanceof JsonCommand json && json.isJson()) {
      PrintWriter out = command.getOut();
      out.println(Shown.json(Map.of("error", message)));
      out.flush();
    }
    warn(command, List.of(message));
    return code;
  }

  /** Tells on standard error what stands beside the answer. */
  static void warn(CommandLine command, List<String> problems) {
    for (String problem : problems) {
      command
          .getErr()
          .println(command.getCommandSpec().qualifiedName() + ": " + Shown.line(problem));
    }
    command.getErr().flush();
  }
}
