package io.tensorcache.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command found, for people and for programs. Confined to one thread. */
final class Answer {
  private final StringBuilder text = new StringBuilder();
  private final Map<String, @Nullable Object> members = new LinkedHashMap<>();
  private int exitCode = ExitCode.OK;
  private boolean isWritten;

  /** A member of the JSON object. */
  Answer put(String member, @Nullable Object value) {
    members.put(member, value);
    return this;
  }

  /** A line for people. */
  Answer line(String line) {
    text.append(Shown.lines(line.stripTrailing())).append('\n');
    return this;
  }

  Answer lines(Table table) {
    table.lines().forEach(this::line);
    return this;
  }

  Answer failed() {
    exitCode = ExitCode.FAILED;
    return this;
  }

  /** It is on standard output already. */
  Answer written() {
    isWritten = true;
    return this;
  }

  boolean isWritten() {
    return isWritten;
  }

  int exitCode() {
    return exitCode;
  }

  String text() {
    return text.toString();
  }

  Map<String, @Nullable Object> members() {
    return members;
  }
}
