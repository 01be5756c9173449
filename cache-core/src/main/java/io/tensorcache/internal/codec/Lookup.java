package io.tensorcache.internal.codec;

import io.tensorcache.config.Tier;
import org.jspecify.annotations.Nullable;

/** What came of looking for a row. */
public enum Lookup {
  /** In device memory: copied, or about to be, by whoever asked. */
  DEVICE_HIT(Tier.DEVICE),
  /** Copied from the heap tier. */
  HEAP_HIT(Tier.HEAP),
  /** Decoded and verified from the off-heap tier. */
  OFF_HEAP_HIT(Tier.OFF_HEAP),
  /** Decoded and verified from the disk tier. */
  DISK_HIT(Tier.DISK),
  /** Read and verified from the durable store. */
  DURABLE_HIT(Tier.DURABLE),
  /** Not there or expired, or it could not be read and that was told. */
  MISS(null),
  /** There, but not what the target expects: another output, shape, dtype or stored dtype. */
  OTHER_SCHEMA(null),
  /** Found damaged, dropped and told. */
  CORRUPT(null);

  private final @Nullable Tier tier;

  Lookup(@Nullable Tier tier) {
    this.tier = tier;
  }

  /** True if the target now holds the row. */
  public boolean isHit() {
    return tier != null;
  }

  /** Where the row was; null if it was not found. */
  public @Nullable Tier tier() {
    return tier;
  }
}
