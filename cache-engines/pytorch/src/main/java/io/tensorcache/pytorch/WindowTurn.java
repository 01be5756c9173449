package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows of all large tensors of a module, one after the other: up to {@value #WINDOWS} at
 * each look, all of them in a turn. Confined to one thread at a time.
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

  private static final int WINDOWS = 4;

  private final List<Window> windows;
  private int next;

  private WindowTurn(List<Window> windows) {
    this.windows = windows;
  }

  /** Those of large tensors. */
  static WindowTurn of(List<WatchedTensor> tensors) {
    List<Window> windows = new ArrayList<>();
    for (WatchedTensor tensor : tensors) {
      WatchedMemory memory = tensor.large();
      for (int i = 0; memory != null && i < memory.windows(); i++) {
        windows.add(new Window(tensor, memory, i));
      }
    }
    return new WindowTurn(windows);
  }

  /** Reads the windows that are next; null if they are as they were, else what is not. */
  @Nullable String next() {
    if (windows.isEmpty()) {
      return null;
    }
    int end = Math.min(windows.size(), next + WINDOWS);
    while (next < end) {
      Window first = windows.get(next);
      int count = 1; // those beside each other have their keys by one call
      while (next + count < end && windows.get(next + count).memory() == first.memory()) {
        count++;
      }
      int changed = first.memory().firstChanged(first.index(), first.index() + count);
      if (changed >= 0) {
        next += changed - first.index();
        return windows.get(next).text();
      }
      next += count;
    }
    next = next == windows.size() ? 0 : next;
    return null;
  }

  /** Whether the next window is the first one. */
  boolean isComplete() {
    return next == 0;
  }

  /** Looks in a turn. */
  int looks() {
    return Math.max(1, (windows.size() + WINDOWS - 1) / WINDOWS);
  }

  /** The next window is the first one. */
  void restart() {
    next = 0;
  }
}
