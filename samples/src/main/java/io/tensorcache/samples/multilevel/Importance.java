package io.tensorcache.samples.multilevel;

import io.tensorcache.config.CacheLevel;

/** How much a kind of features matters: each is computed from the one after it. */
enum Importance {
  /** 2 KiB an image, asked for most. */
  CRITICAL("embedding", CacheLevel.LIGHT, 12),
  /** 16 KiB an image. */
  INTERMEDIATE("shapes", CacheLevel.NORMAL, 8),
  /** 128 KiB an image, computed from the image itself. */
  TEMPORARY("edges", CacheLevel.HEAVY, 4);

  /** The part of the network that computes it. */
  final String part;

  /** Of its entries. */
  final CacheLevel level;

  /** How often a visit of an image asks for it. */
  final int lookUpsPerVisit;

  Importance(String part, CacheLevel level, int lookUpsPerVisit) {
    this.part = part;
    this.level = level;
    this.lookUpsPerVisit = lookUpsPerVisit;
  }
}
