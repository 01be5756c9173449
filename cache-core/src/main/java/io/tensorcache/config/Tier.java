package io.tensorcache.config;

/** Where a stored row lies. */
public enum Tier {
  /** In the memory of a CUDA device. */
  DEVICE,
  /** On the Java heap, by reference. */
  HEAP,
  /** In memory outside the Java heap, as bytes. */
  OFF_HEAP,
  /** In the files of the durable store. */
  DURABLE
}
