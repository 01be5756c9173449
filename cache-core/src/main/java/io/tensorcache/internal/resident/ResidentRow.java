package io.tensorcache.internal.resident;

import io.tensorcache.internal.gate.RowUse;
import org.jspecify.annotations.Nullable;

/** A row in device memory. Guarded by the lock of its {@link ResidentRows}. */
public final class ResidentRow<K, A> extends RowUse {
  /** Memory is counted, and parts begin, in multiples of this. */
  static final int GRAIN = 256;

  public final K key;
  public final A about;
  final long[] partBytes;

  /** Of the first part; 0 until there is memory. */
  long address;

  /** The copy that fills it; null once that is known to have ended. */
  @Nullable Launch filling;

  /** Calls that are about to read it. */
  int pins;

  /**
   * In the table. What is not is freed when nobody is about to read it. Written under the lock, and
   * read without it by who moves the row.
   */
  public volatile boolean isHeld;

  /** On the host now, after which it goes. */
  public boolean isDemoted;

  public ResidentRow(K key, A about, long[] partBytes) {
    super(bytesOf(partBytes));
    this.key = key;
    this.about = about;
    this.partBytes = partBytes;
  }

  /** What a row of such parts counts for. */
  static long bytesOf(long[] partBytes) {
    long sum = 0;
    for (long bytes : partBytes) {
      sum += rounded(bytes);
    }
    return Math.max(GRAIN, sum);
  }

  static long rounded(long bytes) {
    return (bytes + GRAIN - 1) / GRAIN * GRAIN;
  }

  /** Bytes from the start of the row to a part. */
  long partOffset(int part) {
    long offset = 0;
    for (int i = 0; i < part; i++) {
      offset += rounded(partBytes[i]);
    }
    return offset;
  }

  long partAddress(int part) {
    return address + partOffset(part);
  }

  /** Lets a stream go on only after the row is filled. */
  void follow(long stream) {
    if (filling != null && Launches.follow(filling, stream)) {
      filling = null;
    }
  }
}
