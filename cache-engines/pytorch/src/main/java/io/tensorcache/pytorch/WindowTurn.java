package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows of all large tensors of a module, one after the other: some at each look, all of them
 * in a turn. Confined to one thread at a time.
 *
 * <p>Each look reads at least one window, at most {@value #MOST_WINDOWS}, and begins none after
 * {@value #MOST_NANOS} ns: where memory is slow a turn takes more looks, and a look no longer.
 */
final class WindowTurn {
  private record Window(WatchedTensor tensor, WatchedMemory memory, int index) {
    String text() {
      long from = (long) index * WatchedMemory.WINDOW;
      return "'"
          + tensor.name()
          + "' was written past its version counter, in its bytes "
          + from
          + " to "
          + (from + memory.windowBytes(index));
    }
  }

  private static final int MOST_WINDOWS = 4;
  private static final long MOST_NANOS = 4_000;

  private final List<Window> windows;
  private int next;

  private WindowTurn(List<Window> windows) {
    this.windows = windows;
  }

  static WindowTurn of(List<List<WatchedTensor>> tensors) {
    List<Window> windows = new ArrayList<>();
    for (List<WatchedTensor> some : tensors) {
      for (WatchedTensor tensor : some) {
        WatchedMemory memory = tensor.large();
        for (int i = 0; memory != null && i < memory.windows(); i++) {
          windows.add(new Window(tensor, memory, i));
        }
      }
    }
    return new WindowTurn(windows);
  }

  /** Reads the windows that are next; null if they are as they were, else what is not. */
  @Nullable String next() {
    if (windows.isEmpty()) {
      return null;
    }
    long start = System.nanoTime();
    int end = Math.min(windows.size(), next + MOST_WINDOWS);
    do {
      Window window = windows.get(next);
      if (!window.memory().isUnchanged(window.index())) {
        return window.text();
      }
      next++;
    } while (next < end && System.nanoTime() - start < MOST_NANOS);
    next = next == windows.size() ? 0 : next;
    return null;
  }

  /** Whether the next window is the first one. */
  boolean isComplete() {
    return next == 0;
  }

  /** Looks in a turn, at most. */
  int mostLooks() {
    return Math.max(1, windows.size());
  }

  /** The next window is the first one. */
  void restart() {
    next = 0;
  }
}
