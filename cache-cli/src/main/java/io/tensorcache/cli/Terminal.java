package io.tensorcache.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Who is at the other end: a person, who sees bars and can be asked, or a program. Confined to one
 * thread.
 *
 * @param isInteractive true if it is a person
 * @param answers what the person types
 */
public record Terminal(boolean isInteractive, Reader answers) {
  private static final String PROPERTY = "tensorcache.terminal";

  /** That of this process. A launcher that knows better sets {@code tensorcache.terminal}. */
  public static Terminal ofProcess() {
    return new Terminal(isTerminal(), new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  /** True if standard input and output are a terminal, or the launcher says so. */
  public static boolean isTerminal() {
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Console console = System.console();
    if (console == null || Runtime.version().feature() < 22) {
      return console != null;
    }
    try { // from JDK 22 on, there is a console without a terminal too
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Asks a question that yes answers; anything else, and the end of the input, is no. */
  boolean confirms(PrintWriter out, String question) {
    out.print(question + " [y/N] ");
    out.flush();
    try {
      String answer = new BufferedReader(answers).readLine();
      return answer != null
          && (answer.strip().toLowerCase(Locale.ROOT).equals("y")
              || answer.strip().toLowerCase(Locale.ROOT).equals("yes"));
    } catch (IOException e) {
      return false;
    }
  }
}
