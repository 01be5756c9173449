package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("a system property and the default locale are those of the JVM")
class TerminalTest {
  private static final String PROPERTY = "tensorcache.terminal";

  private final Locale before = Locale.getDefault();
  private final StringWriter out = new StringWriter();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
    System.clearProperty(PROPERTY);
  }

  private boolean confirms(Reader answers) {
    return new Terminal(true, answers).confirms(new PrintWriter(out), "Remove?");
  }

  private boolean confirms(String answer) {
    return confirms(new StringReader(answer));
  }

  @Test
  void onlyYesIsYes() {
    for (String yes :
        new String[] {"y", "Y", "yes", "YES", "Yes\n", "  y  \n", "y\r\n", "yes\nno"}) {
      assertTrue(confirms(yes), yes);
    }
    for (String no :
        new String[] {"", "\n", "n", "no", "yess", "ye s", "ja", "1", "true", "\ny\n", "ý"}) {
      assertFalse(confirms(no), no);
    }
  }

  @Test
  void asksOnceAndWaitsOnTheSameLine() {
    confirms("y");
    assertEquals("Remove? [y/N] ", out.toString());
  }

  @Test
  void yesIsYesInTurkishToo() {
    Locale.setDefault(Locale.forLanguageTag("tr"));
    assertTrue(confirms("YES"));
  }

  @Test
  void anInputThatFailsIsNo() {
    Reader broken =
        new Reader() {
          @Override
          public int read(char[] buffer, int from, int length) throws IOException {
            throw new IOException("the terminal is gone");
          }

          @Override
          public void close() {}
        };
    assertFalse(confirms(broken));
  }

  @Test
  void believesALauncherThatKnows() {
    System.setProperty(PROPERTY, "true");
    assertTrue(Terminal.isTerminal());
    assertTrue(Terminal.ofProcess().isInteractive());
    System.setProperty(PROPERTY, "false");
    assertFalse(Terminal.isTerminal());
    System.setProperty(PROPERTY, "perhaps");
    assertFalse(Terminal.isTerminal(), "what is not true is no terminal");
  }
}
