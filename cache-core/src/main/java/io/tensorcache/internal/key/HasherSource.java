package io.tensorcache.internal.key;

/** Opens a back end for some key material. */
@FunctionalInterface
interface HasherSource {
  /**
   * Opens it.
   *
   * @throws io.tensorcache.error.NativeLibraryException if it cannot be had here, with the reason
   */
  RowHasher open(KeyMaterial material);

  /** Opens it and compares it with the built-in vector first. */
  default RowHasher openTested(KeyMaterial material) {
    String failure = SelfTest.failure(open(KeyMaterial.of(null)));
    if (!failure.isEmpty()) {
      throw new io.tensorcache.error.NativeLibraryException(
          "the back end is refused, it gives wrong keys: "
              + failure
              + "; please report this, and use KeyBackend.JAVA");
    }
    return open(material);
  }
}
