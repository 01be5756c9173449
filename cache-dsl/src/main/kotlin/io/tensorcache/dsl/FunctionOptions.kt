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

/**
 * The options of one cached function.
 * <!-- region: dsl-checks, from DslExamplesSpec.kt -->
 * ```
 * val squares =
 *   cache.wrap(
 *     "squares",
 *     Fingerprint.version("1"),
 *     adapter,
 *     options = {
 *       verifying(fraction = 0.01, tolerance = 1e-5) // of the largest magnitude in a row
 *       probing(tolerance = 1e-3)
 *     },
 *   ) {
 *     slowSquares(it)
 *   }
 * ```
 */
@TensorCacheDsl
public class FunctionOptions(private val builder: FunctionBuilder<*>) {
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

  /**
   * Computes a part of the hits again, and compares them with a tolerance. See
   * [FunctionBuilder.verifying].
   * <!-- region: dsl-checks, from DslExamplesSpec.kt -->
   * ```
   * val squares =
   *   cache.wrap(
   *     "squares",
   *     Fingerprint.version("1"),
   *     adapter,
   *     options = {
   *       verifying(fraction = 0.01, tolerance = 1e-5) // of the largest magnitude in a row
   *       probing(tolerance = 1e-3)
   *     },
   *   ) {
   *     slowSquares(it)
   *   }
   * ```
   */
  public fun verifying(fraction: Double, tolerance: Double) {
    builder.verifying(fraction, tolerance)
  }

  /**
   * Probes the first batch with a tolerance. See [FunctionBuilder.probing].
   * <!-- region: dsl-checks, from DslExamplesSpec.kt -->
   * ```
   * val squares =
   *   cache.wrap(
   *     "squares",
   *     Fingerprint.version("1"),
   *     adapter,
   *     options = {
   *       verifying(fraction = 0.01, tolerance = 1e-5) // of the largest magnitude in a row
   *       probing(tolerance = 1e-3)
   *     },
   *   ) {
   *     slowSquares(it)
   *   }
   * ```
   */
  public fun probing(tolerance: Double) {
    builder.probing(tolerance)
  }

  /** See [FunctionBuilder.recheck]. */
  public var recheck: Recheck? by Option { builder.recheck(it) }
}

/**
 * Returns the cached form of a function from one tensor to one tensor, with options. See
 * [TensorCache.function].
 * <!-- region: dsl-wrap, from DslExamplesSpec.kt -->
 * ```
 * val squares =
 *   cache.wrap(
 *     "squares",
 *     Fingerprint.version("1"),
 *     adapter,
 *     options = { storeAs = DType.FLOAT16 },
 *   ) {
 *     slowSquares(it)
 *   }
 * val result = squares(x) // as apply(x)
 * ```
 */
public fun <T : Any> TensorCache.wrap(
  name: String,
  fingerprint: FingerprintSource,
  adapter: TensorAdapter<T>,
  options: FunctionOptions.() -> Unit,
  function: TensorFunction<T>,
): CachedFunction<T> =
  function(name, fingerprint, adapter).also { FunctionOptions(it).options() }.wrap(function)

/**
 * Returns the cached form of an operation on several tensors and arguments. See
 * [TensorCache.function].
 * <!-- region: dsl-wrap-operation, from DslExamplesSpec.kt -->
 * ```
 * val squares =
 *   cache.wrapOperation("squares", Fingerprint.version("1"), adapter) { inputs ->
 *     val sample = inputs.tensor("sample")
 *     Outputs.of(sample).and("square", slowSquares(sample))
 *   }
 * val outputs = squares(Inputs.none<HostTensor>().and("sample", x))
 * val square = outputs.tensor("square")
 * ```
 */
public fun <T : Any> TensorCache.wrapOperation(
  name: String,
  fingerprint: FingerprintSource,
  adapter: TensorAdapter<T>,
  options: FunctionOptions.() -> Unit = {},
  operation: TensorOperation<T>,
): CachedFunction<T> =
  function(name, fingerprint, adapter)
    .also { FunctionOptions(it).options() }
    .wrapOperation(operation)

/**
 * Returns the output for one tensor. See [CachedFunction.apply].
 * <!-- region: dsl-wrap, from DslExamplesSpec.kt -->
 * ```
 * val squares =
 *   cache.wrap(
 *     "squares",
 *     Fingerprint.version("1"),
 *     adapter,
 *     options = { storeAs = DType.FLOAT16 },
 *   ) {
 *     slowSquares(it)
 *   }
 * val result = squares(x) // as apply(x)
 * ```
 */
public operator fun <T : Any> CachedFunction<T>.invoke(input: T): T = apply(input)

/**
 * Returns the outputs for several tensors and arguments. See [CachedFunction.apply].
 * <!-- region: dsl-wrap-operation, from DslExamplesSpec.kt -->
 * ```
 * val squares =
 *   cache.wrapOperation("squares", Fingerprint.version("1"), adapter) { inputs ->
 *     val sample = inputs.tensor("sample")
 *     Outputs.of(sample).and("square", slowSquares(sample))
 *   }
 * val outputs = squares(Inputs.none<HostTensor>().and("sample", x))
 * val square = outputs.tensor("square")
 * ```
 */
public operator fun <T : Any> CachedFunction<T>.invoke(inputs: Inputs<T>): Outputs<T> =
  apply(inputs)

/**
 * Counts the epochs of a range, with the statistics of each. See [TensorCache.epochs].
 * <!-- region: dsl-epochs, from DslExamplesSpec.kt -->
 * ```
 * for (epoch in cache.epochs(1..3)) {
 *   for (batch in squares.prefetching(batches)) { // reads ahead where rows lie on disk
 *     squares(batch)
 *   }
 *   rates += epoch.stats().hitRate()
 * }
 * ```
 */
public fun TensorCache.epochs(range: IntRange): Epochs = epochs(range.first, range.last)

/**
 * Returns these batches, each prefetched while the one before it is in use. See
 * [CachedFunction.prefetching].
 * <!-- region: dsl-epochs, from DslExamplesSpec.kt -->
 * ```
 * for (epoch in cache.epochs(1..3)) {
 *   for (batch in squares.prefetching(batches)) { // reads ahead where rows lie on disk
 *     squares(batch)
 *   }
 *   rates += epoch.stats().hitRate()
 * }
 * ```
 */
public fun <T : Any> CachedFunction<T>.prefetching(batches: Sequence<T>): Sequence<T> =
  prefetching(batches.asIterable()).asSequence()

/**
 * Computes and stores the rows that are not stored yet, of batches that are made one at a time. See
 * [CachedFunction.warm].
 * <!-- region: dsl-warm, from DslExamplesSpec.kt -->
 * ```
 * val batches = sequenceOf(x, x)
 * val done = squares.warm(batches) { soFar -> println("${soFar.rows()} rows") }
 * ```
 */
public fun <T : Any> CachedFunction<T>.warm(
  batches: Sequence<T>,
  progress: (WarmUp) -> Unit = {},
): WarmUp = warm(batches.asIterable(), progress)
