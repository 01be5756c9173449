package io.tensorcache.internal.rows;

import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.key.ComputationDigest;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The rows of one function under one fingerprint. */
public final class Group {
  private final int number;
  private final String function;
  private final ComputationDigest fingerprint;
  private final Provenance provenance;
  private final AtomicLong rows = new AtomicLong();
  private final LongAdder served = new LongAdder(); // since they were replaced
  private final AtomicBoolean warned = new AtomicBoolean();
  private final ComputingTime time = new ComputingTime();
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

  /** So many of its rows were asked for again, and found. */
  public void served(long count) {
    if (count > 0) {
      served.add(count);
    }
  }

  /**
   * Others are asked for instead of these rows. Returns how many in memory are frequent: all, or
   * none if they were not served twice each since this was called. Such rows give way soon anyway,
   * and a function in training has no others.
   */
  long replaced() {
    long held = rows();
    return served.sumThenReset() >= 2 * held ? held : 0;
  }

  /** Rows of so many bytes in all took so long to compute. */
  public void computed(long nanos, long byteCount) {
    time.add(nanos, byteCount);
  }

  /** An earlier program took so long for each of its rows. */
  public void isKnownToTake(double rowNanos) {
    time.setRow(rowNanos);
  }

  /** Its rows have so many bytes. */
  void isOfBytes(long byteCount) {
    time.setRowBytes(byteCount);
  }

  /** Seconds that a hit saves for each byte; 0 if that is not known. */
  double savedPerByte() {
    return time.secondsPerByte();
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
