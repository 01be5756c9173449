package io.tensorcache.config;

/**
 * How the key of a row is computed.
 * <!-- region: key-options, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * TensorCache cache =
 *     TensorCache.builder("features")
 *         .keyAlgorithm(KeyAlgorithm.TCH1)
 *         .keyBackend(KeyBackend.JAVA) // AUTO takes the fastest one that is here
 *         .saltFrom(directory.resolve("salt")) // rows that strangers send want a secret seed
 *         .build();
 * }</pre>
 */
public enum KeyAlgorithm {
  /**
   * Every byte counts (see KEY.md). This is the default, with a collision bound of 2^-111 per pair.
   */
  TCH1,
  /**
   * This is the hash of torchcache 0.6, bit for bit. It reads at most {@code samplesPerRow}
   * elements (10,000 unless set), truncates them to integers and <b>confuses different rows</b>: it
   * is only for comparison and migration.
   */
  TORCHCACHE
}
