package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Arrays;

/**
 * What a run of the command line left.
 *
 * @param exitCode of the process
 * @param out standard output
 * @param err standard error
 */
record Run(int exitCode, String out, String err) {
  /** Runs in this JVM, as a program would. */
  static Run here(Object... arguments) {
    return run(new Terminal(false, Reader.nullReader()), arguments);
  }

  /** Runs as for a person at a terminal who types this. */
  static Run answering(String answer, Object... arguments) {
    return run(new Terminal(true, new StringReader(answer)), arguments);
  }

  private static Run run(Terminal terminal, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Cli.commandLine(terminal)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** The one object that is all of standard output. */
  JsonObject json() {
    assertEquals(1, out.lines().count(), toString());
    return JsonParser.parseString(out).getAsJsonObject();
  }

  Run assertCode(int expected) {
    assertEquals(expected, exitCode, toString());
    return this;
  }

  /** Asserts that it failed in one line that says this, without a stack trace. */
  void assertFails(int code, String reason) {
    assertCode(code);
    assertEquals(1, err.lines().count(), toString());
    assertTrue(err.contains(reason), toString());
    assertFalse(err.contains("Exception"), toString());
  }

  /** The same for wrong arguments, which leave standard output empty. */
  void assertRefused(String reason) {
    assertFails(ExitCode.USAGE, reason);
    assertEquals("", out);
  }
}
