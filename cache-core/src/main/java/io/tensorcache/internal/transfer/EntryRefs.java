package io.tensorcache.internal.transfer;

import io.tensorcache.tensor.TensorKey;
import java.util.Arrays;
import java.util.BitSet;

/** Keys and places of entries, 24 bytes each. Confined to one thread. */
final class EntryRefs {
  private static final int LONGS = 3;

  private long[] refs = new long[LONGS * 64];
  private int count;

  void add(TensorKey key, long place) {
    if (count == Integer.MAX_VALUE / LONGS / 2) {
      throw new IllegalArgumentException("more than " + count + " rows of one shape: not exported");
    }
    if ((count + 1) * LONGS > refs.length) {
      refs = Arrays.copyOf(refs, refs.length * 2);
    }
    refs[count * LONGS] = key.hi();
    refs[count * LONGS + 1] = key.lo();
    refs[count * LONGS + 2] = place;
    count++;
  }

  int count() {
    return count;
  }

  TensorKey key(int i) {
    return new TensorKey(refs[i * LONGS], refs[i * LONGS + 1]);
  }

  long place(int i) {
    return refs[i * LONGS + 2];
  }

  /** Leaves out the entries of these numbers. */
  void remove(BitSet bad) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (!bad.get(i)) {
        System.arraycopy(refs, i * LONGS, refs, kept * LONGS, LONGS);
        kept++;
      }
    }
    count = kept;
  }
}
