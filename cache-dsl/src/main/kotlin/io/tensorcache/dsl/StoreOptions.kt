package io.tensorcache.dsl

import io.tensorcache.StoreBuilder
import io.tensorcache.config.ByteSize
import io.tensorcache.config.Compression
import io.tensorcache.config.SyncPolicy
import io.tensorcache.config.WhenBusy
import io.tensorcache.config.WhenFull
import java.nio.file.Path
import java.time.Duration

/**
 * The durable store of a cache.
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
@TensorCacheDsl
public class StoreOptions internal constructor(private val builder: StoreBuilder) {
  /** See [StoreBuilder.directory]. */
  public var directory: Path? by Option { builder.directory(it) }

  /** See [StoreBuilder.limit]. */
  public var limit: ByteSize? by Option { builder.limit(it) }

  /** See [StoreBuilder.whenFull]. */
  public var whenFull: WhenFull? by Option { builder.whenFull(it) }

  /** See [StoreBuilder.sync]. */
  public var sync: SyncPolicy? by Option { builder.sync(it) }

  /** See [StoreBuilder.interval]. */
  public var interval: Duration? by Option { builder.interval(it) }

  /** See [StoreBuilder.compression]. */
  public var compression: Compression? by Option { builder.compression(it) }

  /** See [StoreBuilder.queue]. */
  public var queue: ByteSize? by Option { builder.queue(it) }

  /** See [StoreBuilder.whenBusy]. */
  public var whenBusy: WhenBusy? by Option { builder.whenBusy(it) }

  /** See [StoreBuilder.segment]. */
  public var segment: ByteSize? by Option { builder.segment(it) }

  /** See [StoreBuilder.timeToLive]. */
  public var timeToLive: Duration? by Option { builder.timeToLive(it) }
}
