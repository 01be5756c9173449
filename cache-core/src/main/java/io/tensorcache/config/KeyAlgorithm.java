package io.tensorcache.config;

/** How the key of a row is computed. */
public enum KeyAlgorithm {
  /** Every byte counts (see KEY.md): the default. Collision bound 2^-111 per pair. */
  TCH1,
  /**
   * The hash of torchcache 0.6, bit for bit. It reads at most {@code samplesPerRow} elements
   * (10,000 unless set), truncates them to integers and <b>confuses different rows</b>: only for
   * comparison and migration.
   */
  TORCHCACHE
}
