package io.tensorcache;

import java.util.concurrent.atomic.AtomicLong;

/** The rows of one function under one fingerprint. */
final class Group {
  private final int number;
  private final String function;
  private final Fingerprint fingerprint;
  private final AtomicLong rows = new AtomicLong();

  Group(int number, String function, Fingerprint fingerprint) {
    this.number = number;
    this.function = function;
    this.fingerprint = fingerprint;
  }

  /** Stands for this group in stored rows. */
  int number() {
    return number;
  }

  String function() {
    return function;
  }

  Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Rows held now. */
  long rows() {
    return Math.max(0, rows.get());
  }

  void add(long count) {
    rows.addAndGet(count);
  }

  void reset() {
    rows.set(0);
  }
}
