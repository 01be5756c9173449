package io.tensorcache.samples;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a long task is, on standard error. Confined to one thread. */
public interface Progress extends AutoCloseable {
  /** One more step is done. */
  void step();

  /** Shows what was reached: {@code brief} beside a bar, {@code full} on a line of its own. */
  void say(String brief, String full);

  @Override
  void close();

  /**
   * A bar if standard error is a terminal, else plain lines: logs and pipes stay readable.
   *
   * @param task what is being done
   * @param steps how often {@link #step} will be called
   */
  static Progress of(String task, long steps) {
    return isTerminal() ? new Bar(task, steps) : new Lines(task);
  }

  private static boolean isTerminal() {
    // The launcher knows. System.console() looks at standard output and, from JDK 22, is never
    // null.
    return Boolean.getBoolean("tensorcache.samples.terminal");
  }

  /** A bar that redraws itself. */
  final class Bar implements Progress {
    private final ProgressBar bar;

    Bar(String task, long steps) {
      this.bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis((int) Duration.ofMillis(200).toMillis())
              .build();
    }

    @Override
    public void step() {
      bar.step();
    }

    @Override
    public void say(String brief, String full) {
      bar.setExtraMessage(" " + brief);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** A line for each text, nothing for a step. */
  final class Lines implements Progress {
    private final String task;

    Lines(String task) {
      this.task = task;
    }

    @Override
    public void step() {}

    @Override
    public void say(String brief, String full) {
      System.err.println(task + ": " + full);
    }

    @Override
    public void close() {}
  }
}
