package io.tensorcache.config;

/** Who computes keys. All give the same keys. */
public enum KeyBackend {
  /** The fastest that is available where the tensor lies. */
  AUTO,
  /** Plain Java; always available. */
  JAVA,
  /** The C++ library. */
  NATIVE
}
