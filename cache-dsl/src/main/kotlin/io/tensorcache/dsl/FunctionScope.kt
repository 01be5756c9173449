package io.tensorcache.dsl

import io.tensorcache.CachedFunction
import io.tensorcache.Epochs
import io.tensorcache.FingerprintSource
import io.tensorcache.FunctionBuilder
import io.tensorcache.Inputs
import io.tensorcache.Outputs
import io.tensorcache.TensorCache
import io.tensorcache.TensorFunction
import io.tensorcache.TensorOperation
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.Granularity
import io.tensorcache.config.Mismatch
import io.tensorcache.config.PartialMiss
import io.tensorcache.config.Recheck
import io.tensorcache.stats.WarmUp
import io.tensorcache.tensor.DType
import io.tensorcache.tensor.TensorAdapter

/** The options of one cached function. */
@TensorCacheDsl
public class FunctionScope(private val builder: FunctionBuilder<*>) {
  /** See [FunctionBuilder.level]. */
  public var level: CacheLevel? by Option { builder.level(it) }

  /** See [FunctionBuilder.storeAs]. */
  public var storeAs: DType? by Option { builder.storeAs(it) }

  /** See [FunctionBuilder.granularity]. */
  public var granularity: Granularity? by Option { builder.granularity(it) }

  /** See [FunctionBuilder.onPartialMiss]. */
  public var onPartialMiss: PartialMiss? by Option { builder.onPartialMiss(it) }

  /** See [FunctionBuilder.persisting]. */
  public var persisting: Boolean? by Option { builder.persisting(it) }

  /** See [FunctionBuilder.verifying]. */
  public var verifying: Double? by Option { builder.verifying(it) }

  /** See [FunctionBuilder.onMismatch]. */
  public var onMismatch: Mismatch? by Option { builder.onMismatch(it) }

  /** See [FunctionBuilder.probing]. */
  public var probing: Boolean? by Option { builder.probing(it) }

  /** See [FunctionBuilder.verifying]. */
  public fun verifying(fraction: Double, tolerance: Double) {
    builder.verifying(fraction, tolerance)
  }

  /** See [FunctionBuilder.probing]. */
  public fun probing(tolerance: Double) {
    builder.probing(tolerance)
  }

  /** See [FunctionBuilder.recheck]. */
  public var recheck: Recheck? by Option { builder.recheck(it) }
}

/**
 * The cached form of a function from one tensor to one tensor, with options. See
 * [TensorCache.function].
 */
public fun <T : Any> TensorCache.wrap(
  name: String,
  fingerprint: FingerprintSource,
  adapter: TensorAdapter<T>,
  options: FunctionScope.() -> Unit,
  function: TensorFunction<T>,
): CachedFunction<T> =
  function(name, fingerprint, adapter).also { FunctionScope(it).options() }.wrap(function)

/** The cached form of an operation on several tensors and arguments. See [TensorCache.function]. */
public fun <T : Any> TensorCache.wrapOperation(
  name: String,
  fingerprint: FingerprintSource,
  adapter: TensorAdapter<T>,
  options: FunctionScope.() -> Unit = {},
  operation: TensorOperation<T>,
): CachedFunction<T> =
  function(name, fingerprint, adapter).also { FunctionScope(it).options() }.wrapOperation(operation)

/** The same as [CachedFunction.apply]. */
public operator fun <T : Any> CachedFunction<T>.invoke(input: T): T = apply(input)

/** The same as [CachedFunction.apply]. */
public operator fun <T : Any> CachedFunction<T>.invoke(inputs: Inputs<T>): Outputs<T> =
  apply(inputs)

/** The same as [TensorCache.epochs]. */
public fun TensorCache.epochs(range: IntRange): Epochs = epochs(range.first, range.last)

/** The same batches, each prefetched while the one before it is in use. */
public fun <T : Any> CachedFunction<T>.prefetching(batches: Sequence<T>): Sequence<T> =
  prefetching(batches.asIterable()).asSequence()

/** The same as [CachedFunction.warm], for batches that are made one at a time. */
public fun <T : Any> CachedFunction<T>.warm(
  batches: Sequence<T>,
  progress: (WarmUp) -> Unit = {},
): WarmUp = warm(batches.asIterable(), progress)
