package io.tensorcache.dsl

import io.tensorcache.CacheListener
import io.tensorcache.TensorCacheBuilder
import io.tensorcache.config.ByteSize
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.Compression
import io.tensorcache.config.KeyAlgorithm
import io.tensorcache.config.KeyBackend
import io.tensorcache.config.WhenFull
import java.nio.file.Path

/** The options of a cache. */
@TensorCacheDsl
public class TensorCacheScope internal constructor(private val builder: TensorCacheBuilder) {
  /** See [TensorCacheBuilder.level]. */
  public var level: CacheLevel? by Option { builder.level(it) }

  /** Where rows are kept, and how much of them. */
  public fun tiers(configure: TiersScope.() -> Unit) {
    TiersScope(builder).configure()
  }

  /** How keys are computed. */
  public fun keys(configure: KeysScope.() -> Unit) {
    KeysScope(builder).configure()
  }

  /** Adds a durable store. See [TensorCacheBuilder.store]. */
  public fun store(configure: StoreScope.() -> Unit) {
    builder.store { StoreScope(it).configure() }
  }

  /** See [TensorCacheBuilder.listener]. */
  public fun listener(listener: CacheListener) {
    builder.listener(listener)
  }
}

/** The tiers of a cache. */
@TensorCacheDsl
public class TiersScope internal constructor(private val builder: TensorCacheBuilder) {
  /** See [TensorCacheBuilder.device]. */
  public fun device(size: ByteSize) {
    builder.device(size)
  }

  /** See [TensorCacheBuilder.deviceReserve]. */
  public fun deviceReserve(size: ByteSize) {
    builder.deviceReserve(size)
  }

  /** See [TensorCacheBuilder.heap]. */
  public fun heap(size: ByteSize) {
    builder.heap(size)
  }

  /** See [TensorCacheBuilder.offHeap]. */
  public fun offHeap(size: ByteSize) {
    builder.offHeap(size)
  }

  /** See [TensorCacheBuilder.disk]. */
  public fun disk(size: ByteSize) {
    builder.disk(size)
  }

  /** See [TensorCacheBuilder.disk]. */
  public fun disk(size: ByteSize, directory: Path) {
    builder.disk(size, directory)
  }

  /** See [TensorCacheBuilder.whenFull]. */
  public var whenFull: WhenFull? by Option { builder.whenFull(it) }

  /** See [TensorCacheBuilder.compression]. */
  public var compression: Compression? by Option { builder.compression(it) }
}

/** The keys of a cache. */
@TensorCacheDsl
public class KeysScope internal constructor(private val builder: TensorCacheBuilder) {
  /** See [TensorCacheBuilder.keyAlgorithm]. */
  public var keyAlgorithm: KeyAlgorithm? by Option { builder.keyAlgorithm(it) }

  /** See [TensorCacheBuilder.keyBackend]. */
  public var keyBackend: KeyBackend? by Option { builder.keyBackend(it) }

  /** See [TensorCacheBuilder.samplesPerRow]. */
  public var samplesPerRow: Int? by Option { builder.samplesPerRow(it) }

  /** See [TensorCacheBuilder.salt]. */
  public var salt: ByteArray? by Option { builder.salt(it) }

  /** See [TensorCacheBuilder.saltFrom]. */
  public var saltFrom: Path? by Option { builder.saltFrom(it) }
}
