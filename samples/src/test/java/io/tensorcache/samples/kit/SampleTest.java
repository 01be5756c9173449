package io.tensorcache.samples.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.cli.CommandLines;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class SampleTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "sum")
  private static final class Sum extends Sample {
    @Option(names = "--of")
    private int of = 2;

    @Option(names = "--expected")
    private int expected = 3;

    private Tensor last = new Tensor();
    private int threadsSeen;
    private boolean isRun;

    @Override
    protected void settle() {
      output.require("--of", of, 0, 9);
    }

    @Override
    protected boolean run() {
      isRun = true;
      threadsSeen = torch.get_num_threads();
      last = torch.arange(new org.bytedeco.pytorch.Scalar(of + 1)).sum();
      output.member("sum", last.item_long());
      return output.verdict("right", "sum as expected", last.item_long() == expected);
    }
  }

  private int execute(Sum sum, String... arguments) {
    CommandLine commands = CommandLines.of(sum);
    return commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }

  @Test
  void endsWithZeroWhereTheResultsAreRight() {
    Sum sum = new Sum();
    torch.set_num_threads(2);
    assertEquals(0, execute(sum));
    assertEquals(List.of("sum as expected: yes"), out.toString().lines().toList());
    assertEquals(1, sum.threadsSeen);
  }

  @Test
  void endsWithOneWhereTheyAreNot() {
    assertEquals(1, execute(new Sum(), "--expected", "4"));
    assertEquals(List.of("sum as expected: NO"), out.toString().lines().toList());
    assertEquals("", err.toString());
  }

  @Test
  void writesOneObjectAndNothingElseForPrograms() {
    assertEquals(1, execute(new Sum(), "--json", "--of", "3"));
    assertEquals(List.of("{\"sum\":6,\"right\":false}"), out.toString().lines().toList());
  }

  @Test
  void refusesBeforeItRuns() {
    Sum sum = new Sum();
    assertEquals(2, execute(sum, "--of", "10"));
    assertFalse(sum.isRun);
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("--of 10: must be from 0 to 9"), err.toString());
  }

  @Test
  void freesTheTensorsOfTheRun() {
    Sum sum = new Sum();
    execute(sum);
    assertTrue(sum.last.isNull());
  }

  @Test
  void refusesFractionsThatAreNoNumbers() {
    CommandLine command = new CommandLine(new Sum());
    CommandLine.ParameterException refused =
        assertThrows(
            CommandLine.ParameterException.class,
            () -> Ranges.require(command, "--skew", Double.NaN, 0, 10));
    assertEquals("--skew NaN: must be from 0.0 to 10.0", refused.getMessage());
  }
}
