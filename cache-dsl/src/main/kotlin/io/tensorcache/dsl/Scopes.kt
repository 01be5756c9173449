package io.tensorcache.dsl

import io.tensorcache.Scope
import io.tensorcache.ScopeEntry
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.Computation
import java.time.Duration
import kotlin.properties.PropertyDelegateProvider
import kotlin.properties.ReadOnlyProperty

/**
 * The level up to which entries are kept; set it to keep more or less. See [Scope.level].
 * <!-- region: dsl-level, from ScopeExamplesSpec.kt -->
 * ```
 * scope.level = CacheLevel.NONE // drops what is above, in the children too
 * ```
 */
public var Scope<*>.level: CacheLevel
  get() = level()
  set(value) = level(value)

/**
 * On what terms an entry is kept; what is null has the default of [ScopeEntry].
 * <!-- region: dsl-terms, from ScopeExamplesSpec.kt -->
 * ```
 * scope.put("sample", x)
 * val k =
 *   scope
 *     .entry("K")
 *     .on {
 *       level = CacheLevel.LIGHT
 *       dependsOn("sample")
 *     }
 *     .get { kernelMatrix(x) }
 * ```
 */
@TensorCacheDsl
public class EntryTerms internal constructor(private val entry: ScopeEntry<*>) {
  /** See [ScopeEntry.level]. */
  public var level: CacheLevel? by Option { entry.level(it) }

  /** See [ScopeEntry.levelKey]. */
  public var levelKey: String? by Option { entry.levelKey(it) }

  /** See [ScopeEntry.persisting]. */
  public var persisting: Boolean? by Option { entry.persisting(it) }

  /** See [ScopeEntry.force]. */
  public var force: Boolean? by Option { entry.force(it) }

  /** See [ScopeEntry.timeToLive]. */
  public var timeToLive: Duration? by Option { entry.timeToLive(it) }

  /** See [ScopeEntry.group]. */
  public var group: String? by Option { entry.group(it) }

  /**
   * Names the entries that this one is computed from. See [ScopeEntry.dependsOn].
   * <!-- region: dsl-terms, from ScopeExamplesSpec.kt -->
   * ```
   * scope.put("sample", x)
   * val k =
   *   scope
   *     .entry("K")
   *     .on {
   *       level = CacheLevel.LIGHT
   *       dependsOn("sample")
   *     }
   *     .get { kernelMatrix(x) }
   * ```
   */
  public fun dependsOn(vararg names: String) {
    entry.dependsOn(*names)
  }
}

/**
 * Sets the terms on which this entry is kept.
 * <!-- region: dsl-terms, from ScopeExamplesSpec.kt -->
 * ```
 * scope.put("sample", x)
 * val k =
 *   scope
 *     .entry("K")
 *     .on {
 *       level = CacheLevel.LIGHT
 *       dependsOn("sample")
 *     }
 *     .get { kernelMatrix(x) }
 * ```
 */
public fun <V : Any> ScopeEntry<V>.on(terms: EntryTerms.() -> Unit): ScopeEntry<V> = also {
  EntryTerms(it).terms()
}

/**
 * Returns the entry of this name, computed and kept on these terms if it is not there. It is
 * [Scope.get] of Java with named arguments.
 * <!-- region: dsl-get, from ScopeExamplesSpec.kt -->
 * ```
 * val scope = cache.scope("kpca", adapter) { fingerprint = Fingerprint.version("1") }
 * val k = scope.get("K", persisting = true) { kernelMatrix(x) } // later programs find it
 * scope.reset() // keeps what persists
 * scope.reset(persisting = true, recurse = true)
 * ```
 */
public fun <T : Any> Scope<T>.get(
  name: String,
  level: CacheLevel? = null,
  persisting: Boolean,
  computation: Computation<T>,
): T =
  entry(name)
    .on {
      level?.let { this.level = it }
      this.persisting = persisting
    }
    .get(computation)

/**
 * Names the entry of a record type. See [Scope.entry].
 * <!-- region: dsl-record, from ScopeExamplesSpec.kt -->
 * ```
 * // @JvmRecord data class Eigen(val values: HostTensor, val count: Int)
 * val eigen = scope.record<Eigen>("eigen").get { Eigen(x, 2) }
 * ```
 */
public inline fun <reified R : Record> Scope<*>.record(name: String): ScopeEntry<R> =
  entry(name, R::class.java)

/**
 * Removes entries, with what was computed from them. It is [Scope.reset] of Java with named
 * arguments.
 * <!-- region: dsl-get, from ScopeExamplesSpec.kt -->
 * ```
 * val scope = cache.scope("kpca", adapter) { fingerprint = Fingerprint.version("1") }
 * val k = scope.get("K", persisting = true) { kernelMatrix(x) } // later programs find it
 * scope.reset() // keeps what persists
 * scope.reset(persisting = true, recurse = true)
 * ```
 */
public fun Scope<*>.reset(
  persisting: Boolean = false,
  recurse: Boolean = false,
  sparing: Set<String> = emptySet(),
): Unit = reset(persisting, recurse, sparing)

/**
 * Makes a property whose value is the entry of the property's name. Each read is a [Scope.get];
 * after close it throws.
 * <!-- region: dsl-cached, from ScopeExamplesSpec.kt -->
 * ```
 * val k by scope.cached(CacheLevel.LIGHT) { kernelMatrix(x) } // the entry "k"
 * println(k) // computed now, and served at each later read
 * ```
 */
public fun <T : Any> Scope<T>.cached(
  level: CacheLevel? = null,
  terms: EntryTerms.() -> Unit = {},
  computation: Computation<T>,
): PropertyDelegateProvider<Any?, ReadOnlyProperty<Any?, T>> =
  PropertyDelegateProvider { _, property ->
    val name = property.name
    ReadOnlyProperty { _, _ ->
      entry(name)
        .on {
          level?.let { this.level = it }
          terms()
        }
        .get(computation)
    }
  }
