package io.tensorcache.cli;

import java.util.Locale;

/**
 * One thing that was looked at.
 *
 * @param name what
 * @param isOk false if it is wrong, not if something optional is missing
 * @param found what was found, and what to do
 */
public record HealthCheck(String name, boolean isOk, String found) {
  /** One line for people. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%-12s %s", name, found);
  }
}
