package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SamplesTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine commands =
      Samples.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void helpShowsTheOptionsAndTheirDefaults() {
    assertEquals(0, commands.execute("frozen", "--help"));
    for (String option :
        new String[] {"--epochs", "--heap", "--off-heap", "--seed", "--augment", "--json"}) {
      assertTrue(out.toString().contains(option), out.toString());
    }
    assertTrue(out.toString().contains("64 MiB"), out.toString());
  }

  @Test
  void refusesWrongValuesByName() {
    assertEquals(2, commands.execute("frozen", "--heap", "lots"));
    assertTrue(err.toString().contains("--heap"), err.toString());
    assertEquals(2, commands.execute("frozen", "--epochs", "0"));
    assertTrue(err.toString().contains("--epochs 0: must be >= 1"), err.toString());
  }

  @Test
  void printsOneJsonObjectAndNothingElse() {
    assertEquals(0, commands.execute("frozen", "--epochs", "2", "--json"));
    String text = out.toString();
    assertTrue(text.startsWith("{\"runs\":[{\"name\":\"without cache\""), text);
    assertTrue(text.contains("\"identical\":true"), text);
    assertTrue(text.contains("\"hitRate\":1.0"), text);
    assertEquals(1, text.lines().count());
  }
}
