package io.tensorcache.dsl

import io.tensorcache.TensorCache

/** Keeps the blocks of the configuration apart. */
@DslMarker
@Target(AnnotationTarget.CLASS)
@Retention(AnnotationRetention.BINARY)
public annotation class TensorCacheDsl

/**
 * Builds a cache of this name. Every option has the name and the default of the same option of
 * [io.tensorcache.TensorCacheBuilder].
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
 *
 * @throws IllegalStateException if an option is set twice or options contradict each other
 */
public fun tensorCache(name: String, configure: TensorCacheOptions.() -> Unit = {}): TensorCache =
  TensorCache.builder(name).also { TensorCacheOptions(it).configure() }.build()
