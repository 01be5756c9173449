package io.tensorcache.pytorch;

import io.tensorcache.KeyBuilder;
import io.tensorcache.internal.key.MemoryPieces;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The memory of a large tensor: {@value #PROBES} words all over it, which each look compares, and
 * its windows, which are compared in turn. A window is known by a key under a secret of this
 * process: another content has another key, except with a probability below 2^-110. Immutable; safe
 * for use by several threads.
 */
final class WatchedMemory {
  /** Bytes of a window; the last one of a tensor is shorter. */
  static final int WINDOW = 64 << 10;

  static final int PROBES = 64;

  private final NativeMemory memory;
  private final long[] probedAt = new long[PROBES];
  private final List<TensorKey> keys;

  /** Reads all of it. The caller keeps it allocated. */
  WatchedMemory(long address, long byteCount) {
    this.memory = new NativeMemory(address, byteCount);
    this.keys = keys(0, (int) ((byteCount + WINDOW - 1) / WINDOW));
    choose(new Random());
  }

  /** One word in each of as many parts of equal length, and the first and the last. */
  private void choose(Random random) {
    long words = memory.byteCount() / Long.BYTES;
    for (int i = 0; i < PROBES; i++) {
      long from = words * i / PROBES;
      long to = words * (i + 1) / PROBES;
      long word = i == 0 ? 0 : i == PROBES - 1 ? words - 1 : from + random.nextLong(to - from);
      probedAt[i] = word * Long.BYTES;
    }
  }

  int windows() {
    return keys.size();
  }

  int windowBytes(int window) {
    return (int) Math.min(WINDOW, memory.byteCount() - (long) window * WINDOW);
  }

  /** Adds the probed words. */
  void addProbes(MemoryPieces words) {
    for (long at : probedAt) {
      words.add(memory.address() + at, Long.BYTES);
    }
  }

  /** The first of some windows that is not as it was; -1 if all are. */
  int firstChanged(int from, int to) {
    List<TensorKey> now = keys(from, to);
    for (int i = from; i < to; i++) {
      if (!now.get(i - from).equals(keys.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /** Whether all windows are as they were. At the speed of memory. */
  boolean isUnchanged() {
    return firstChanged(0, windows()) < 0;
  }

  /** The keys of some windows, of which the last one of all may be shorter than the others. */
  private List<TensorKey> keys(int from, int to) {
    int whole = (int) (memory.byteCount() / WINDOW);
    if (to <= whole) {
      return keys(from, to - from, WINDOW);
    }
    List<TensorKey> all = new ArrayList<>(to - from);
    if (from < whole) {
      all.addAll(keys(from, whole - from, WINDOW));
    }
    all.addAll(keys(whole, 1, windowBytes(whole)));
    return all;
  }

  private List<TensorKey> keys(int first, int count, int length) {
    TensorSpec bytes = TensorSpec.of(DType.UINT8, count, length);
    long from = (long) first * WINDOW;
    return Keys.SECRET.rowKeys(TensorView.of(bytes, new long[] {length, 1}, memory, from));
  }

  private static final class Keys {
    static final KeyBuilder SECRET = new KeyBuilder().salt(random());

    private static byte[] random() {
      byte[] salt = new byte[32];
      new SecureRandom().nextBytes(salt);
      return salt;
    }
  }
}
