package io.tensorcache.internal.gate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** How much all tiers of a stack hold. Safe for use by several threads. */
final class AllHoldings {
  private final List<Holdings> tiers = new CopyOnWriteArrayList<>();
  private volatile boolean isFull;

  /** Of one more tier. */
  Holdings add(BooleanSupplier isOff) {
    Holdings tier = new Holdings(isOff);
    tiers.add(tier);
    return tier;
  }

  /** True from when a row did not find room. */
  boolean isFull() {
    return isFull;
  }

  void setFull(boolean value) {
    if (isFull != value) {
      isFull = value;
    }
  }

  long rows() {
    long rows = 0;
    for (int i = 0; i < tiers.size(); i++) {
      rows += tiers.get(i).rows();
    }
    return rows;
  }

  private long bytes(int level) {
    long bytes = 0;
    for (int i = 0; i < tiers.size(); i++) {
      bytes += tiers.get(i).bytes(level);
    }
    return bytes;
  }

  /**
   * What a cache of the sample alone may hold: what the full tiers hold of it. Its share of their
   * limit would not do, as a sample is richer or poorer than that.
   */
  long bound(int level) {
    return isFull ? bytes(level) : Long.MAX_VALUE;
  }
}
