package io.tensorcache.dsl

import io.tensorcache.Fingerprint
import io.tensorcache.Scope
import io.tensorcache.ScopeBuilder
import io.tensorcache.TensorCache
import io.tensorcache.config.ByteSize
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.LevelTable
import io.tensorcache.scope.Retention
import io.tensorcache.scope.ScopeListener
import io.tensorcache.tensor.TensorAdapter
import java.time.InstantSource

/**
 * The options of a scope.
 * <!-- region: dsl-scope, from ScopeExamplesSpec.kt -->
 * ```
 * val scope =
 *   cache.scope("kpca", adapter) {
 *     level = CacheLevel.LIGHT
 *     retention = Retention.STRONG
 *     listener { removal -> left += removal.name() }
 *   }
 * val layer = scope.child("layer1") { maxEntries = 10 } // the rest it has from its parent
 * ```
 */
@TensorCacheDsl
public class ScopeOptions internal constructor(private val builder: ScopeBuilder<*>) {
  /** See [ScopeBuilder.level]. */
  public var level: CacheLevel? by Option { builder.level(it) }

  /** See [ScopeBuilder.levels]. */
  public var levels: LevelTable? by Option { builder.levels(it) }

  /** See [ScopeBuilder.retention]. */
  public var retention: Retention? by Option { builder.retention(it) }

  /** See [ScopeBuilder.maxEntries]. */
  public var maxEntries: Long? by Option { builder.maxEntries(it) }

  /** See [ScopeBuilder.maxBytes]. */
  public var maxBytes: ByteSize? by Option { builder.maxBytes(it) }

  /** See [ScopeBuilder.collectEvery]. */
  public var collectEvery: ByteSize? by Option { builder.collectEvery(it) }

  /** See [ScopeBuilder.fingerprint]. */
  public var fingerprint: Fingerprint? by Option { builder.fingerprint(it) }

  /** See [ScopeBuilder.clock]. */
  public var clock: InstantSource? by Option { builder.clock(it) }

  /**
   * Sets who is told what leaves. See [ScopeBuilder.listener].
   * <!-- region: dsl-scope, from ScopeExamplesSpec.kt -->
   * ```
   * val scope =
   *   cache.scope("kpca", adapter) {
   *     level = CacheLevel.LIGHT
   *     retention = Retention.STRONG
   *     listener { removal -> left += removal.name() }
   *   }
   * val layer = scope.child("layer1") { maxEntries = 10 } // the rest it has from its parent
   * ```
   */
  public fun listener(listener: ScopeListener) {
    builder.listener(listener)
  }
}

/**
 * Returns the scope of this name, opened with these options. See [TensorCache.scopeBuilder].
 * <!-- region: dsl-scope, from ScopeExamplesSpec.kt -->
 * ```
 * val scope =
 *   cache.scope("kpca", adapter) {
 *     level = CacheLevel.LIGHT
 *     retention = Retention.STRONG
 *     listener { removal -> left += removal.name() }
 *   }
 * val layer = scope.child("layer1") { maxEntries = 10 } // the rest it has from its parent
 * ```
 */
public fun <T : Any> TensorCache.scope(
  name: String,
  adapter: TensorAdapter<T>,
  options: ScopeOptions.() -> Unit,
): Scope<T> = scopeBuilder(name, adapter).also { ScopeOptions(it).options() }.open()

/**
 * Returns the child of this name, opened with these options. See [Scope.childBuilder].
 * <!-- region: dsl-scope, from ScopeExamplesSpec.kt -->
 * ```
 * val scope =
 *   cache.scope("kpca", adapter) {
 *     level = CacheLevel.LIGHT
 *     retention = Retention.STRONG
 *     listener { removal -> left += removal.name() }
 *   }
 * val layer = scope.child("layer1") { maxEntries = 10 } // the rest it has from its parent
 * ```
 */
public fun <T : Any> Scope<T>.child(name: String, options: ScopeOptions.() -> Unit): Scope<T> =
  childBuilder(name).also { ScopeOptions(it).options() }.open()
