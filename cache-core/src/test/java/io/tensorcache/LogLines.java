package io.tensorcache;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What a logger was told in a test, which registers this. */
final class LogLines implements BeforeEachCallback, AfterEachCallback {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  LogLines(String name) {
    this.logger = (Logger) LoggerFactory.getLogger(name);
  }

  @Override
  public void beforeEach(ExtensionContext test) {
    lines.start();
    logger.addAppender(lines);
  }

  @Override
  public void afterEach(ExtensionContext test) {
    logger.detachAppender(lines);
  }

  /** All lines, each after its level. */
  List<String> all() {
    return lines.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }

  /** The warnings; fails if anything else was logged. */
  List<String> warnings() {
    if (lines.list.stream().anyMatch(line -> line.getLevel() != Level.WARN)) {
      throw new AssertionError("other lines than warnings: " + all());
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
