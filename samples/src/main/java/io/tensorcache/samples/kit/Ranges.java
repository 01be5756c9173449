package io.tensorcache.samples.kit;

import io.tensorcache.config.ByteSize;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Checks the numbers that a user gives. Safe for use by several threads. */
public final class Ranges {
  private Ranges() {}

  /**
   * Refuses an option that is out of its range.
   *
   * @throws ParameterException with the option, its value and the range
   */
  public static void require(CommandLine command, String option, int value, int min, int max) {
    if (value < min || value > max) {
      String range = max == Integer.MAX_VALUE ? ">= " + min : "from " + min + " to " + max;
      throw new ParameterException(command, option + " " + value + ": must be " + range);
    }
  }

  /** Refuses a size that is below its least. */
  public static void require(CommandLine command, String option, ByteSize value, ByteSize min) {
    if (value.compareTo(min) < 0) {
      throw new ParameterException(command, option + " " + value + ": must be >= " + min);
    }
  }

  /**
   * Refuses a fraction that is out of its range; NaN is out of every range.
   *
   * @throws ParameterException with the option, its value and the range
   */
  public static void require(
      CommandLine command, String option, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new ParameterException(
          command, option + " " + value + ": must be from " + min + " to " + max);
    }
  }
}
