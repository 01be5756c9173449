package io.tensorcache.pytorch

import io.tensorcache.CachedFunction
import io.tensorcache.TensorCache
import io.tensorcache.TensorFunction
import io.tensorcache.dsl.FunctionOptions
import org.bytedeco.pytorch.Module
import org.bytedeco.pytorch.Tensor

/**
 * Returns the cached form of this frozen module in evaluation mode. See [PyTorch.cached].
 * <!-- region: dsl-pytorch, from PyTorchDslExamplesTest.kt -->
 * ```
 * net.eval()
 * val backbone = net.cached(cache, "backbone") { storeAs = DType.BFLOAT16 }
 * val positive = net.cached(cache, "positive", { x -> net.forward(x).relu() })
 * val features = backbone(images)
 * ```
 *
 * @throws IllegalArgumentException if its class has no public `forward(Tensor): Tensor`
 */
public fun Module.cached(
  cache: TensorCache,
  name: String,
  options: FunctionOptions.() -> Unit = {},
): CachedFunction<Tensor> = cached(cache, name, Forward.of(this), options)

/**
 * Returns the cached form of a function of this frozen module in evaluation mode. See
 * [PyTorch.cached].
 * <!-- region: dsl-pytorch, from PyTorchDslExamplesTest.kt -->
 * ```
 * net.eval()
 * val backbone = net.cached(cache, "backbone") { storeAs = DType.BFLOAT16 }
 * val positive = net.cached(cache, "positive", { x -> net.forward(x).relu() })
 * val features = backbone(images)
 * ```
 */
public fun Module.cached(
  cache: TensorCache,
  name: String,
  forward: TensorFunction<Tensor>,
  options: FunctionOptions.() -> Unit = {},
): CachedFunction<Tensor> =
  PyTorch.function(cache, name, this).also { FunctionOptions(it).options() }.wrap(forward)
