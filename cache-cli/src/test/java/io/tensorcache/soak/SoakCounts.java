package io.tensorcache.soak;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happened in one process of the soak. What must not be missed is counted without memory. Safe
 * for use by several threads.
 */
final class SoakCounts {
  private static final int MOST_SHOWN = 10;

  final LongAdder lookUps = new LongAdder();
  final LongAdder computed = new LongAdder();
  final LongAdder scopeOperations = new LongAdder();
  final LongAdder whileClosed = new LongAdder();
  final AtomicLong heapRanOut = new AtomicLong();

  /** What the thread has done that opens and closes caches, and disturbs their users. */
  final AtomicLong lifeSteps = new AtomicLong();

  /** Openings and closings that ended with it. */
  final AtomicLong livesOutOfMemory = new AtomicLong();

  /** Calls that ended with it. */
  final AtomicLong outOfMemory = new AtomicLong();

  /** Of these: the JVM took whole frames away, {@code finally} and all. */
  final AtomicLong framesLost = new AtomicLong();

  final AtomicLong wrong = new AtomicLong();
  final AtomicLong unexpected = new AtomicLong();
  final AtomicLong hangs = new AtomicLong();
  private final Map<String, LongAdder> events = new ConcurrentHashMap<>();
  private final AtomicInteger shown = new AtomicInteger();

  /** Something that is meant to happen now and then. */
  void event(String name) {
    events.computeIfAbsent(name, key -> new LongAdder()).increment();
  }

  /** A value that is not that of its key. */
  void wrong(String what) {
    wrong.incrementAndGet();
    show("WRONG " + what, null);
  }

  /** Something that no caller should see. */
  void unexpected(String where, Throwable e) {
    unexpected.incrementAndGet();
    show("UNEXPECTED in " + where, e);
  }

  private void show(String what, Throwable e) {
    if (shown.incrementAndGet() <= MOST_SHOWN) {
      System.out.println(what);
      if (e != null) {
        e.printStackTrace(System.out);
      }
    }
  }

  /** True if memory ran out, wherever it was noticed. */
  static boolean isOutOfMemory(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }

  /** Counts a call that ended with it. */
  void outOfMemory(Throwable e) {
    outOfMemory.incrementAndGet();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && message.contains("failed reallocation")) {
        framesLost.incrementAndGet();
        return;
      }
    }
  }

  /** True if nothing was wrong, also while the heap ran out. */
  boolean isClean() {
    return outOfMemory.get() > 0 && wrong.get() == 0 && unexpected.get() == 0 && hangs.get() == 0;
  }

  /** One line. */
  @Override
  public String toString() {
    return String.format(
        java.util.Locale.ROOT,
        "look-ups %,d, computed %,d, scope operations %,d, wrong %,d, unexpected exceptions %,d,"
            + " hangs %,d, calls that met a closed cache %,d, heap full %,d times, calls that ran out"
            + " of memory %,d, of these without frames %,d, openings and closings that did %,d, %s",
        lookUps.sum(),
        computed.sum(),
        scopeOperations.sum(),
        wrong.get(),
        unexpected.get(),
        hangs.get(),
        whileClosed.sum(),
        heapRanOut.get(),
        outOfMemory.get(),
        framesLost.get(),
        livesOutOfMemory.get(),
        new TreeMap<>(events));
  }
}
