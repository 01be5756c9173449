package io.tensorcache.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long ago something was, such as 30d.
 *
 * @param duration at least 0
 */
record Age(Duration duration) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([smhd])");

  static Age parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "age \"" + text + "\": a whole number and s, m, h or d, such as 30d");
    }
    long count = Long.parseLong(form.group(1));
    return new Age(
        switch (form.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }

  Instant before(Instant now) {
    return now.minus(duration);
  }
}
