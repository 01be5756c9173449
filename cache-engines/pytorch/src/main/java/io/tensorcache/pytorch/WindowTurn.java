package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows of all large tensors of a module, one after the other: up to {@value
 * WatchedMemory#WINDOW} bytes at each look, all of them in a turn. Confined to one thread at a
 * time.
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

  private final List<List<Window>> steps; // each read at one look
  private int next;
  private boolean byOtherSum;

  private WindowTurn(List<List<Window>> steps) {
    this.steps = steps;
  }

  static WindowTurn of(List<List<WatchedTensor>> tensors) {
    List<List<Window>> steps = new ArrayList<>();
    int room = 0;
    for (List<WatchedTensor> some : tensors) {
      for (WatchedTensor tensor : some) {
        WatchedMemory memory = tensor.large();
        for (int i = 0; memory != null && i < memory.windows(); i++) {
          if (room < memory.windowBytes(i)) {
            steps.add(new ArrayList<>());
            room = WatchedMemory.WINDOW;
          }
          room -= memory.windowBytes(i);
          steps.get(steps.size() - 1).add(new Window(tensor, memory, i));
        }
      }
    }
    return new WindowTurn(steps);
  }

  /** Reads the windows that are next; null if they are as they were, else what is not. */
  @Nullable String next() {
    if (steps.isEmpty()) {
      return null;
    }
    for (Window window : steps.get(next)) {
      if (!window.memory().isUnchanged(window.index(), byOtherSum)) {
        return window.text();
      }
    }
    next++;
    if (next == steps.size()) {
      next = 0;
      byOtherSum = !byOtherSum;
    }
    return null;
  }

  /** Whether the next window is the first one. */
  boolean isComplete() {
    return next == 0;
  }

  /** Looks in a turn. */
  int looks() {
    return Math.max(1, steps.size());
  }

  /** The next window is the first one. */
  void restart() {
    next = 0;
  }
}
