package io.tensorcache.internal.gate;

import io.tensorcache.tensor.TensorKey;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A tier behind a gate that holds sizes only, and asks the gate as a tier does. */
final class ModelTier {
  final Gate gate;
  final Holdings held;
  final Map<TensorKey, ModelRow> rows = new ConcurrentHashMap<>();
  private final Ring<ModelRow> ring = new Ring<>(new ModelRow(new TensorKey(0, 0), 0));
  private final long limitBytes;
  long refused;
  long evicted;
  boolean wasOpen;

  ModelTier(long limitBytes, long seed) {
    this.limitBytes = limitBytes;
    this.gate = new Gate(false, new SplittableRandom(seed)::nextLong);
    this.held = gate.newTier();
    gate.add(this::addTo);
  }

  /** A row with its key. */
  static final class ModelRow extends RingEntry<ModelRow> {
    private final TensorKey key;

    ModelRow(TensorKey key, long byteCount) {
      super(byteCount);
      this.key = key;
    }
  }

  static TensorKey key(int id) {
    return new TensorKey(id, ~id); // the gate has to mix
  }

  /** Asks for a row, which is let in or not if it is not here. True if it was here. */
  boolean ask(int id, long byteCount) {
    TensorKey key = key(id);
    ModelRow row = rows.get(key);
    if (row != null) {
      gate.found(key, row.byteCount, row.use(gate.age()));
      return true;
    }
    int frequency = gate.claim(gate.missed(key, byteCount));
    wasOpen |= gate.isOpen();
    add(key, byteCount, frequency);
    return false;
  }

  private synchronized void addTo(Sample sample) {
    ring.forEach(row -> sample.add(row.key, row));
  }

  private synchronized void add(TensorKey key, long byteCount, int frequency) {
    long excess = ring.byteCount() + byteCount - limitBytes;
    if (byteCount > limitBytes || rows.containsKey(key)) {
      return;
    }
    boolean isOpen = gate.isOpen();
    if (excess > 0) {
      gate.foundNoRoom();
    }
    if (excess > 0 && !isOpen && !ring.isBeaten(excess, frequency, Ring.MARGIN, gate.age())) {
      refused++;
      return;
    }
    ModelRow gone = excess <= 0 ? null : ring.take(excess, isOpen ? ring.count() : 0);
    for (; gone != null; gone = gone.nextTaken()) {
      forget(gone);
    }
    ModelRow row = new ModelRow(key, byteCount);
    row.setFrequency(gate.frequency(key), gate.age());
    ring.add(row);
    rows.put(key, row);
    gate.entered(held, key, byteCount);
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
