package io.tensorcache.cli;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a long task is, on standard error. Confined to one thread. */
public interface Progress extends AutoCloseable {
  /** One more step is done. */
  void step();

  /** So many steps are done. */
  void to(long steps);

  /** Shows what was reached: {@code brief} beside a bar, {@code full} on a line of its own. */
  void say(String brief, String full);

  @Override
  void close();

  /**
   * A bar on a terminal, else plain lines: logs and pipes stay readable.
   *
   * @param isTerminal whether standard error is one
   * @param task what is being done
   * @param steps how many there are
   */
  static Progress of(boolean isTerminal, String task, long steps) {
    return isTerminal ? new Bar(task, steps) : new Lines(task);
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
    public void to(long steps) {
      bar.stepTo(steps);
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
    public void to(long steps) {}

    @Override
    public void say(String brief, String full) {
      System.err.println(task + ": " + full);
    }

    @Override
    public void close() {}
  }
}
