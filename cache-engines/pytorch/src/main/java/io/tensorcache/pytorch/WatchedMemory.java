package io.tensorcache.pytorch;

import io.tensorcache.KeyBuilder;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The memory of a large tensor: {@value #PROBES} words all over it, of which each look compares
 * some, and its windows, which are compared in turn. A window is known by a key under a secret of
 * this process: another content has another key, except with a probability below 2^-110. Immutable;
 * safe for use by several threads.
 */
final class WatchedMemory {
  /** Bytes of a window; the last one of a tensor is shorter. */
  static final int WINDOW = 64 << 10;

  private static final int PROBES = 64;

  /** After so many looks each of the words was compared. */
  static final int PARTS = 8;

  private static final int PIECE_BITS = 30; // a buffer has at most 2 GiB
  private static final long PIECE = 1L << PIECE_BITS;

  private final NativeMemory memory;
  private final ByteBuffer[] pieces;
  private final long[] probedAt = new long[PROBES];
  private final long[] probed = new long[PROBES];
  private final List<TensorKey> keys;

  /** Reads all of it. The caller keeps it allocated. */
  WatchedMemory(long address, long byteCount) {
    this.memory = new NativeMemory(address, byteCount);
    this.pieces = new ByteBuffer[(int) ((byteCount + PIECE - 1) >> PIECE_BITS)];
    for (int i = 0; i < pieces.length; i++) {
      long from = i * PIECE;
      pieces[i] = NativeBytes.at(address + from, Math.min(PIECE, byteCount - from));
    }
    this.keys = keys();
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
      probed[i] = word(probedAt[i]);
    }
  }

  private long word(long at) {
    return pieces[(int) (at >> PIECE_BITS)].getLong((int) (at & PIECE - 1));
  }

  int windows() {
    return keys.size();
  }

  int windowBytes(int window) {
    return (int) Math.min(WINDOW, memory.byteCount() - (long) window * WINDOW);
  }

  /**
   * Whether one of {@value #PARTS} parts of the probed words, all over the memory, is as it was.
   */
  boolean areProbesUnchanged(int part) {
    long differences = 0;
    for (int i = part; i < PROBES; i += PARTS) {
      differences |= word(probedAt[i]) ^ probed[i];
    }
    return differences == 0;
  }

  /** Whether a window is as it was. */
  boolean isUnchanged(int window) {
    return keys(window, 1, windowBytes(window)).get(0).equals(keys.get(window));
  }

  /** Whether all windows are as they were. At the speed of memory. */
  boolean isUnchanged() {
    return keys().equals(keys);
  }

  private List<TensorKey> keys() {
    int whole = (int) (memory.byteCount() / WINDOW);
    List<TensorKey> all = new ArrayList<>(keys(0, whole, WINDOW));
    if (memory.byteCount() % WINDOW != 0) {
      all.addAll(keys(whole, 1, windowBytes(whole)));
    }
    return all;
  }

  /** The keys of windows of one length. */
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
