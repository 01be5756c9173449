package io.tensorcache.internal.rows;

import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.key.ComputationDigest;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The rows of one function under one fingerprint. */
public final class Group {
  private final int number;
  private final String function;
  private final ComputationDigest fingerprint;
  private final Provenance provenance;
  private final AtomicLong rows = new AtomicLong();
  private final AtomicBoolean warned = new AtomicBoolean();
  private @Nullable String code; // guarded by this

  Group(int number, String function, ComputationDigest fingerprint) {
    this.number = number;
    this.function = function;
    this.fingerprint = fingerprint;
    this.provenance =
        new Provenance(function, fingerprint.digest().hi(), fingerprint.digest().lo());
  }

  /** Stands for this group in stored rows. */
  public int number() {
    return number;
  }

  String function() {
    return function;
  }

  public ComputationDigest fingerprint() {
    return fingerprint;
  }

  /** Stands for this group in the durable store. */
  public Provenance provenance() {
    return provenance;
  }

  /** Rows held in memory now. */
  public long rows() {
    return Math.max(0, rows.get());
  }

  public void add(long count) {
    rows.addAndGet(count);
  }

  /** Remembers the code that serves these rows; the one before, null if there was none. */
  public synchronized @Nullable String servedBy(String now) {
    String before = code;
    code = now;
    return before;
  }

  /** The code that serves these rows; null if none did. */
  public synchronized @Nullable String code() {
    return code;
  }

  /** True once. */
  public boolean mayWarn() {
    return warned.compareAndSet(false, true);
  }

  void reset() {
    rows.set(0);
  }
}
