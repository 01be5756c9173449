package io.tensorcache.internal.gate;

import org.jspecify.annotations.Nullable;

/**
 * A cache without rows, which tells what one with another policy would have served: it knows the
 * hashes of keys and the sizes of their rows. Guarded by its owner.
 */
final class Shadow {
  private final boolean isGated;
  private final Ring<ShadowRow> ring = new Ring<>(new ShadowRow(0, 0));
  private @Nullable ShadowRow[] table = new ShadowRow[64];

  /**
   * @param isGated rows enter as through a closed gate; else all do
   */
  Shadow(boolean isGated) {
    this.isGated = isGated;
  }

  /** A row that is not there. */
  private static final class ShadowRow extends RingEntry<ShadowRow> {
    private final long hash;
    private double weight;
    private @Nullable ShadowRow behind; // in the same place of the table

    ShadowRow(long hash, long byteCount) {
      super(byteCount);
      this.hash = hash;
    }

    void set(Look look) {
      setFrequency(look.worth.frequency(), look.age);
      weight = look.worth.weight();
    }

    Worth worth(int age) {
      return new Worth(frequency(age), weight);
    }
  }

  /** What is asked for: a key by its hash, with the size of its row, and what that is worth. */
  record Look(long hash, long byteCount, Worth worth, int age) {}

  /**
   * Asks for a row, which enters if it is not here.
   *
   * @param bound bytes at most
   * @return true if it was here
   */
  boolean ask(Look look, long bound) {
    if (ring.byteCount() > bound) {
      drop(ring.take(ring.byteCount() - bound, ring.count())); // the bound is lower now
    }
    ShadowRow row = find(look.hash);
    if (row != null && row.byteCount == look.byteCount) {
      row.markUsed();
      row.set(look);
      return true;
    }
    if (row != null) {
      remove(row); // it has another size now
    }
    long excess = ring.byteCount() + look.byteCount - bound;
    if (look.byteCount <= bound && (excess <= 0 || makeRoom(excess, look))) {
      insert(look, false);
    }
    return false;
  }

  private boolean makeRoom(long byteCount, Look look) {
    if (isGated && !(look.worth.mayBeat(Worth.MARGIN) && isBeaten(byteCount, look))) {
      return false;
    }
    drop(ring.take(byteCount, isGated ? 0 : ring.count()));
    return true;
  }

  private boolean isBeaten(long byteCount, Look look) {
    return ring.isBeaten(byteCount, row -> look.worth.beats(row.worth(look.age), Worth.MARGIN));
  }

  private void drop(@Nullable ShadowRow first) {
    for (ShadowRow row = first; row != null; row = row.nextTaken()) {
      forget(row);
    }
  }

  /** Adds a row as the newest one. */
  void insert(Look look, boolean isUsed) {
    ShadowRow row = new ShadowRow(look.hash, look.byteCount);
    row.set(look);
    if (isUsed) {
      row.markUsed();
    }
    if (ring.count() >= table.length) {
      table = new ShadowRow[2 * table.length];
      ring.forEach(this::enter);
    }
    enter(row);
    ring.add(row);
  }

  private void enter(ShadowRow row) {
    row.behind = table[place(row.hash)];
    table[place(row.hash)] = row;
  }

  /** Forgets rows whose keys are in no sample of this level. */
  void keepLevel(int level) {
    long count = ring.count();
    for (long i = 0; i < count; i++) {
      ShadowRow row = ring.oldest();
      if (row == null) {
        return;
      }
      ring.remove(row);
      if (Holdings.level(row.hash) < level) {
        forget(row);
      } else {
        ring.add(row);
      }
    }
  }

  /** Takes a row out, if it is here. */
  void remove(long hash) {
    ShadowRow row = find(hash);
    if (row != null) {
      remove(row);
    }
  }

  boolean contains(long hash) {
    return find(hash) != null;
  }

  long count() {
    return ring.count();
  }

  long byteCount() {
    return ring.byteCount();
  }

  private @Nullable ShadowRow find(long hash) {
    ShadowRow row = table[place(hash)];
    while (row != null && row.hash != hash) {
      row = row.behind;
    }
    return row;
  }

  private void remove(ShadowRow row) {
    ring.remove(row);
    forget(row);
  }

  private void forget(ShadowRow row) {
    int place = place(row.hash);
    ShadowRow before = table[place];
    if (before == row) {
      table[place] = row.behind;
      return;
    }
    while (before != null && before.behind != row) {
      before = before.behind;
    }
    if (before != null) {
      before.behind = row.behind;
    }
  }

  private int place(long hash) {
    return (int) (hash >>> 32) & table.length - 1;
  }
}
