package io.tensorcache.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Runs commands one after the other on the streams of one process. Behind what each wrote stands a
 * form feed; on standard error its exit code and another one.
 */
final class SeveralCommands {
  /** The argument between two commands. */
  static final String THEN = "--then";

  static final String END = "\f";

  private SeveralCommands() {}

  /** Arguments: those of the commands. */
  public static void main(String[] arguments) throws IOException {
    List<String> rest = Arrays.asList(arguments);
    while (!rest.isEmpty()) {
      int end = rest.contains(THEN) ? rest.indexOf(THEN) : rest.size();
      int code = Cli.run(rest.subList(0, end).toArray(String[]::new));
      write(FileDescriptor.err, END + code + END);
      try {
        write(FileDescriptor.out, END);
      } catch (IOException e) {
        // the command has said so
      }
      rest = rest.subList(Math.min(end + 1, rest.size()), rest.size());
    }
    System.exit(0);
  }

  @SuppressWarnings("resource") // the next command writes to it too
  private static void write(FileDescriptor file, String text) throws IOException {
    new FileOutputStream(file).write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
