package io.tensorcache.internal.rows;

/**
 * How long a function computes for each byte of its rows. What is told changes only when the
 * measured time is off by half: rows that go for each other would else do so for noise. Safe for
 * use by several threads.
 */
final class ComputingTime {
  /** Calls after which those before count for half. */
  private static final int CALLS = 64;

  private static final double CHANGE = 1.5;

  private double nanos; // of the last calls; guarded by this
  private double byteCount; // guarded by this
  private int calls; // guarded by this
  private double earlierRowNanos; // of another program; guarded by this
  private volatile double told;

  /** Rows of so many bytes took so long. */
  synchronized void add(long nanosTaken, long bytes) {
    if (bytes <= 0 || nanosTaken <= 0) {
      return;
    }
    if (++calls == CALLS) {
      calls = CALLS / 2;
      nanos /= 2;
      byteCount /= 2;
    }
    nanos += nanosTaken;
    byteCount += bytes;
    double now = nanos / byteCount / 1e9;
    if (now > told * CHANGE || now * CHANGE < told) {
      told = now;
    }
  }

  /** An earlier program took so long for a row. */
  synchronized void setRow(double rowNanos) {
    earlierRowNanos = rowNanos;
  }

  /** A row has so many bytes. What an earlier program measured counts until this one does. */
  void setRowBytes(long bytes) {
    if (told == 0 && bytes > 0) {
      begin(bytes);
    }
  }

  private synchronized void begin(long bytes) {
    if (told == 0) {
      told = earlierRowNanos / bytes / 1e9;
    }
  }

  /** Seconds for each byte; 0 if nothing is known. */
  double secondsPerByte() {
    return told;
  }
}
