package io.tensorcache.config;

/** Where a stored row lies. */
public enum Tier {
  /** In the memory of a CUDA device. */
  DEVICE,
  /** On the Java heap, by reference. */
  HEAP,
  /** In memory outside the Java heap, as bytes. */
  OFF_HEAP,
  /** In a file of this process, as bytes: scratch, gone when the process ends. */
  DISK,
  /** In the files of the durable store. */
  DURABLE
}
