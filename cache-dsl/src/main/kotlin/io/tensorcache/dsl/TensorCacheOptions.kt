package io.tensorcache.dsl

import io.tensorcache.CacheListener
import io.tensorcache.TensorCacheBuilder
import io.tensorcache.config.ByteSize
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.Compression
import io.tensorcache.config.KeyAlgorithm
import io.tensorcache.config.KeyBackend
import io.tensorcache.config.Weigh
import io.tensorcache.config.WhenFull
import java.nio.file.Path

/**
 * The options of a cache.
 * <!-- region: dsl-cache, from DslExamplesSpec.kt -->
 * ```
 * val cache =
 *   tensorCache("features") {
 *     level = CacheLevel.HEAVY
 *     tiers { heap(64.MiB) }
 *     keys { keyBackend = KeyBackend.JAVA }
 *     store { limit = 1.GiB }
 *   }
 * ```
 */
@TensorCacheDsl
public class TensorCacheOptions internal constructor(private val builder: TensorCacheBuilder) {
  /** See [TensorCacheBuilder.level]. */
  public var level: CacheLevel? by Option { builder.level(it) }

  /**
   * Says where rows are kept, and how much of them.
   * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       heap(64.MiB)
   *       offHeap(16.MiB)
   *       disk(32.MiB, files) // scratch: it goes with the program
   *       whenFull = WhenFull.EVICT
   *       compression = Compression.NONE
   *     }
   *   }
   * ```
   */
  public fun tiers(configure: TierOptions.() -> Unit) {
    TierOptions(builder).configure()
  }

  /**
   * Says how keys are computed.
   * <!-- region: dsl-keys, from DslExamplesSpec.kt -->
   * ```
   * val cache = tensorCache("features") { keys { saltFrom = files.resolve("salt") } }
   * ```
   */
  public fun keys(configure: KeyOptions.() -> Unit) {
    KeyOptions(builder).configure()
  }

  /**
   * Adds a durable store. See [TensorCacheBuilder.store].
   * <!-- region: dsl-store, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     store {
   *       directory = files // the rows lie in files/features
   *       limit = 1.GiB
   *     }
   *   }
   * val squares =
   *   cache.wrap("squares", Fingerprint.version("1"), adapter, { persisting = true }) {
   *     slowSquares(it)
   *   }
   * ```
   */
  public fun store(configure: StoreOptions.() -> Unit) {
    builder.store { StoreOptions(it).configure() }
  }

  /**
   * Sets who is told what goes wrong. See [TensorCacheBuilder.listener].
   * <!-- region: dsl-listener, from DslExamplesSpec.kt -->
   * ```
   * val cache = tensorCache("features") { listener { failure -> failures += failure } }
   * ```
   */
  public fun listener(listener: CacheListener) {
    builder.listener(listener)
  }
}

/**
 * The tiers of a cache.
 * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
 * ```
 * val cache =
 *   tensorCache("features") {
 *     tiers {
 *       heap(64.MiB)
 *       offHeap(16.MiB)
 *       disk(32.MiB, files) // scratch: it goes with the program
 *       whenFull = WhenFull.EVICT
 *       compression = Compression.NONE
 *     }
 *   }
 * ```
 */
@TensorCacheDsl
public class TierOptions internal constructor(private val builder: TensorCacheBuilder) {
  /**
   * Bounds the memory of each CUDA device that is taken for rows. See [TensorCacheBuilder.device].
   * <!-- region: dsl-device, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       device(512.MiB) // of each CUDA device
   *       deviceReserve(1.GiB) // left to others on it
   *     }
   *   }
   * ```
   */
  public fun device(size: ByteSize) {
    builder.device(size)
  }

  /**
   * Leaves memory of each CUDA device to others. See [TensorCacheBuilder.deviceReserve].
   * <!-- region: dsl-device, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       device(512.MiB) // of each CUDA device
   *       deviceReserve(1.GiB) // left to others on it
   *     }
   *   }
   * ```
   */
  public fun deviceReserve(size: ByteSize) {
    builder.deviceReserve(size)
  }

  /**
   * Bounds the rows on the Java heap. See [TensorCacheBuilder.heap].
   * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       heap(64.MiB)
   *       offHeap(16.MiB)
   *       disk(32.MiB, files) // scratch: it goes with the program
   *       whenFull = WhenFull.EVICT
   *       compression = Compression.NONE
   *     }
   *   }
   * ```
   */
  public fun heap(size: ByteSize) {
    builder.heap(size)
  }

  /**
   * Takes memory outside the Java heap. See [TensorCacheBuilder.offHeap].
   * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       heap(64.MiB)
   *       offHeap(16.MiB)
   *       disk(32.MiB, files) // scratch: it goes with the program
   *       whenFull = WhenFull.EVICT
   *       compression = Compression.NONE
   *     }
   *   }
   * ```
   */
  public fun offHeap(size: ByteSize) {
    builder.offHeap(size)
  }

  /**
   * Adds a scratch file below the memory. See [TensorCacheBuilder.disk].
   * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       heap(64.MiB)
   *       offHeap(16.MiB)
   *       disk(32.MiB, files) // scratch: it goes with the program
   *       whenFull = WhenFull.EVICT
   *       compression = Compression.NONE
   *     }
   *   }
   * ```
   */
  public fun disk(size: ByteSize) {
    builder.disk(size)
  }

  /**
   * Adds a scratch file below the memory, in a new directory inside this one. See
   * [TensorCacheBuilder.disk].
   * <!-- region: dsl-tiers, from DslExamplesSpec.kt -->
   * ```
   * val cache =
   *   tensorCache("features") {
   *     tiers {
   *       heap(64.MiB)
   *       offHeap(16.MiB)
   *       disk(32.MiB, files) // scratch: it goes with the program
   *       whenFull = WhenFull.EVICT
   *       compression = Compression.NONE
   *     }
   *   }
   * ```
   */
  public fun disk(size: ByteSize, directory: Path) {
    builder.disk(size, directory)
  }

  /** See [TensorCacheBuilder.whenFull]. */
  public var whenFull: WhenFull? by Option { builder.whenFull(it) }

  /** See [TensorCacheBuilder.weigh]. */
  public var weigh: Weigh? by Option { builder.weigh(it) }

  /** See [TensorCacheBuilder.compression]. */
  public var compression: Compression? by Option { builder.compression(it) }
}

/**
 * The keys of a cache.
 * <!-- region: dsl-keys, from DslExamplesSpec.kt -->
 * ```
 * val cache = tensorCache("features") { keys { saltFrom = files.resolve("salt") } }
 * ```
 */
@TensorCacheDsl
public class KeyOptions internal constructor(private val builder: TensorCacheBuilder) {
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
