package io.tensorcache.dsl

import io.tensorcache.Scope
import io.tensorcache.ScopeEntry
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.Computation
import java.time.Duration
import kotlin.properties.PropertyDelegateProvider
import kotlin.properties.ReadOnlyProperty

/** What is kept; set it to keep more or less. See [Scope.level]. */
public var Scope<*>.level: CacheLevel
  get() = level()
  set(value) = level(value)

/** On what terms an entry is kept; what is null has the default of [ScopeEntry]. */
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

  /** See [ScopeEntry.dependsOn]. */
  public fun dependsOn(vararg names: String) {
    entry.dependsOn(*names)
  }
}

/** This entry on these terms. */
public fun <V : Any> ScopeEntry<V>.on(terms: EntryTerms.() -> Unit): ScopeEntry<V> = also {
  EntryTerms(it).terms()
}

/** The same as [Scope.get] of Java, with named arguments. */
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

/** The entry of a record type. See [Scope.entry]. */
public inline fun <reified R : Record> Scope<*>.record(name: String): ScopeEntry<R> =
  entry(name, R::class.java)

/** The same as [Scope.reset] of Java, with named arguments. */
public fun Scope<*>.reset(
  persisting: Boolean = false,
  recurse: Boolean = false,
  sparing: Set<String> = emptySet(),
): Unit = reset(persisting, recurse, sparing)

/**
 * A property whose value is the entry of the property's name:
 * ```
 * val k by scope.cached(CacheLevel.LIGHT) { kernelMatrix(x) }
 * ```
 *
 * Each read is a [Scope.get]; after close it throws.
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
