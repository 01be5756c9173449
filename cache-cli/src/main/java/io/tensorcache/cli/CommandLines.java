package io.tensorcache.cli;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Parsers of command lines that read sizes, dtypes and keys, and refuse in one line. */
public final class CommandLines {
  private CommandLines() {}

  /** The parser of a command, its subcommands included. A wrong argument is one line and code 2. */
  public static CommandLine of(Object command) {
    return new CommandLine(command)
        .registerConverter(ByteSize.class, plain(ByteSize::parse))
        .registerConverter(DType.class, plain(DTypeNames::parse))
        .registerConverter(TensorKey.class, plain(TensorKey::parse))
        .registerConverter(Age.class, plain(Age::parse))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false) // a name that begins with @ is a name
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
                + Shown.line(String.valueOf(error.getMessage()).replaceAll("\\R\\s*", " "))
                + " (--help lists the options)");
    command.getErr().flush();
    return CommandLine.ExitCode.USAGE;
  }
}
