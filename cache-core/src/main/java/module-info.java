/** Caches the outputs of expensive tensor computations, keyed by a 128-bit hash of the input. */
@SuppressWarnings("module") // the engine is no module when this is compiled
module io.tensorcache.core {
  requires static transitive org.jspecify;
  requires java.management;
  requires org.slf4j;
  requires transitive org.bytedeco.javacpp;
  requires static jcuda;
  requires ehcache;
  requires org.lz4.java;

  exports io.tensorcache;
  exports io.tensorcache.config;
  exports io.tensorcache.error;
  exports io.tensorcache.scope;
  exports io.tensorcache.stats;
  exports io.tensorcache.store;
  exports io.tensorcache.tensor;
  exports io.tensorcache.internal.key to
      tensorcache.pytorch; // MemoryPieces

  opens io.tensorcache.internal.key to
      org.bytedeco.javacpp;
}
