package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standard output that takes so many characters and then fails. */
class OutputEndedTest {
  private static final int ROWS = 9_000; // a check after each thousand;

  @TempDir private Path directory;

  private Path fill(int rows) {
    SampleStore.fillNamed(directory.resolve("cache"), "net", rows);
    return directory.resolve("cache/rows");
  }

  private static final class Limited extends Writer {
    private final long most;
    private long offered;

    Limited(long most) {
      this.most = most;
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
      offered += length;
      if (offered > most) {
        throw new IOException("Broken pipe");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static String failing(Limited out, Object... arguments) {
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = String.valueOf(arguments[i]);
    }
    int code =
        Cli.commandLine(new Terminal(false, Reader.nullReader()))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words);
    assertEquals(ExitCode.FAILED, code, err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    return err.toString();
  }

  /** The rows after the next thousand are not even read. */
  @Test
  void aListingStopsSoonAfter() {
    Path store = fill(ROWS);
    for (String form : new String[] {"--function=net", "--json"}) {
      Limited full = new Limited(Long.MAX_VALUE);
      Cli.commandLine(new Terminal(false, Reader.nullReader()))
          .setOut(new PrintWriter(full))
          .execute("ls", store.toString(), "--rows", form);
      Limited ended = new Limited(1_000);
      String said = failing(ended, "ls", store, "--rows", form);
      assertTrue(said.contains("standard output ended before the answer did"), said);
      assertTrue(
          ended.offered < full.offered / 4, ended.offered + " of " + full.offered + " characters");
    }
  }

  @Test
  void anAnswerOfOneLineFailsToo() {
    Path store = fill(10);
    assertTrue(failing(new Limited(3), "verify", store).contains("a full disk"));
    assertTrue(failing(new Limited(0), "ls", store, "--json").contains("a full disk"));
    assertTrue(failing(new Limited(10), "ls", "--help").contains("a full disk"));
  }

  /** Removing is done or not done, whoever hears of it. */
  @Test
  void whatWasDoneIsDone() {
    Path store = fill(10);
    failing(new Limited(0), "clear", store, "--yes");
    assertEquals(0, SampleStore.rows(store).size());
  }
}
