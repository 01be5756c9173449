package io.tensorcache.internal.gate;

import io.tensorcache.tensor.TensorKey;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A tier behind a gate that holds sizes only, and asks the gate as a tier does. */
final class ModelTier {
  final Gate gate;
  final Holdings held;
  final Map<TensorKey, ModelRow> rows = new ConcurrentHashMap<>();
  private final Ring<ModelRow> ring = new Ring<>(new ModelRow(new TensorKey(0, 0), 0, 0));
  private final long limitBytes;
  private final IntUnaryOperator groups;
  long refused;
  long evicted;
  boolean wasOpen;

  /** Not weighed. */
  ModelTier(long limitBytes, long seed) {
    this(limitBytes, seed, null, id -> 0);
  }

  /** With what a hit saves by group, and the group of each row. */
  ModelTier(
      long limitBytes, long seed, @Nullable IntToDoubleFunction weights, IntUnaryOperator groups) {
    this.groups = groups;
    this.limitBytes = limitBytes;
    this.gate = new Gate(false, weights, new SplittableRandom(seed)::nextLong);
    this.held = gate.newTier();
    gate.add(this::addTo);
  }

  /** A row with its key. */
  static final class ModelRow extends RingEntry<ModelRow> {
    private final TensorKey key;
    private final int group;

    ModelRow(TensorKey key, long byteCount, int group) {
      super(byteCount);
      this.key = key;
      this.group = group;
    }
  }

  static TensorKey key(int id) {
    return new TensorKey(id, ~id); // the gate has to mix
  }

  /** Asks for a row, which is let in or not if it is not here. True if it was here. */
  boolean ask(int id, long byteCount) {
    TensorKey key = key(id);
    int group = groups.applyAsInt(id);
    ModelRow row = rows.get(key);
    if (row != null) {
      gate.found(key, row.byteCount, row.use(gate.age()), row.group);
      return true;
    }
    Worth worth = gate.claim(gate.missed(key, byteCount, group), group);
    wasOpen |= gate.isOpen();
    add(new ModelRow(key, byteCount, group), worth);
    return false;
  }

  private synchronized void addTo(Sample sample) {
    ring.forEach(row -> sample.add(row.key, row, row.group));
  }

  private synchronized void add(ModelRow row, Worth worth) {
    long excess = ring.byteCount() + row.byteCount - limitBytes;
    if (row.byteCount > limitBytes || rows.containsKey(row.key)) {
      return;
    }
    boolean isOpen = gate.isOpen();
    if (excess > 0) {
      gate.foundNoRoom();
    }
    if (excess > 0 && !isOpen && !isBeaten(excess, worth)) {
      refused++;
      return;
    }
    ModelRow gone = excess <= 0 ? null : ring.take(excess, isOpen ? ring.count() : 0);
    for (; gone != null; gone = gone.nextTaken()) {
      forget(gone);
    }
    row.setFrequency(gate.frequency(row.key), gate.age());
    ring.add(row);
    rows.put(row.key, row);
    gate.entered(held, row.key, row.byteCount);
  }

  private boolean isBeaten(long wantedBytes, Worth by) {
    return by.mayBeat(Worth.MARGIN)
        && ring.isBeaten(wantedBytes, row -> by.beats(worth(row), Worth.MARGIN));
  }

  private Worth worth(ModelRow row) {
    return gate.worth(row.frequency(gate.age()), row.group);
  }

  private void forget(ModelRow row) {
    evicted++;
    rows.remove(row.key);
    gate.remember(row.key, row.frequency(gate.age()));
    gate.left(held, row.key, row.byteCount);
  }

  /** Takes a row out, as a user does. */
  synchronized void remove(int id) {
    @Nullable ModelRow row = rows.remove(key(id));
    if (row != null) {
      ring.remove(row);
      gate.remember(row.key, row.frequency(gate.age()));
      gate.left(held, row.key, row.byteCount);
      gate.removed(row.key);
    }
  }

  synchronized long heldBytes() {
    return ring.byteCount();
  }

  /** Of the look-ups from one on, how many in a hundred were served. Each row has one byte. */
  double percent(int[] ids, int from) {
    int hits = 0;
    for (int i = 0; i < ids.length; i++) {
      boolean isHit = ask(ids[i], 1);
      hits += isHit && i >= from ? 1 : 0;
    }
    return 100.0 * hits / (ids.length - from);
  }
}
