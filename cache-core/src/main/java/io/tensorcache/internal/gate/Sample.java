package io.tensorcache.internal.gate;

import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;

/** What is held of the keys that are looked at closely. Confined to one thread. */
public final class Sample {
  private final Gate gate;
  private final int level;
  private final List<Shadow.Look> looks = new ArrayList<>();
  private final List<Boolean> used = new ArrayList<>();

  Sample(Gate gate, int level) {
    this.gate = gate;
    this.level = level;
  }

  /** Adds a row if its key is one of them. */
  public void add(TensorKey key, RowUse row, int group) {
    long hash = gate.hash(key);
    if (Holdings.level(hash) >= level) {
      int age = gate.age();
      add(
          new Shadow.Look(
              hash, gate.size(row.byteCount), gate.worth(row.frequency(age), group), age));
      used.set(used.size() - 1, row.isUsed());
    }
  }

  /** Adds a row of which nothing is noted if its key is one of them. */
  public void add(TensorKey key) { // its group is in its entry only: not weighed
    long hash = gate.hash(key);
    if (Holdings.level(hash) >= level) {
      add(new Shadow.Look(hash, gate.size(0), new Worth(gate.frequency(key), 0), gate.age()));
    }
  }

  private void add(Shadow.Look look) {
    looks.add(look);
    used.add(false);
  }

  int level() {
    return level;
  }

  /** Puts the rows into a shadow. */
  void fill(Shadow shadow, long bound) {
    for (int i = 0; i < looks.size(); i++) {
      boolean fits = shadow.byteCount() + looks.get(i).byteCount() <= bound;
      if (fits && !shadow.contains(looks.get(i).hash())) {
        shadow.insert(looks.get(i), used.get(i));
      }
    }
  }
}
