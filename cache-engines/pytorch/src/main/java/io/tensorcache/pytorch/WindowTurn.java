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
    int end = Math.min(windows.size(), next + WINDOWS);
    for (; next < end; next++) {
      Window window = windows.get(next);
      if (!window.memory().isUnchanged(window.index())) {
        return window.text();
      }
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
